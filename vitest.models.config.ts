import { defineConfig } from 'vitest/config';

/** Runs over all models of a collection outside the repository, where it is at hand. */
export default defineConfig({
  test: {
    include: ['test/models/**/*.test.ts'],
    environment: 'node',
    testTimeout: 120_000,
    allowOnly: false,
  },
});
