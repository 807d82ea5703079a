import { defineConfig } from 'vitest/config';

const all = 'test/unit/**/*.test.ts';
/** Tests that open a model, a runtime or other processes. */
const withModel = 'test/unit/**/*.model.test.ts';

const limits = { testTimeout: 120_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    environment: 'node',
    allowOnly: false,
    projects: [
      { test: { name: 'fast', include: [all], exclude: [withModel], ...limits } },
      { test: { name: 'model', include: [withModel], ...limits } },
    ],
  },
});
