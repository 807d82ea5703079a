import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import {
  contentSecurityPolicy,
  crossOriginIsolation,
  isolationHeaders,
  lastingAssets,
  modelBesideSite,
  safetyHeaders,
  schemasWithoutEval,
} from './scripts/lib/vite-plugins.ts';

export default defineConfig({
  base: './',
  // A path that does not exist answers 404 instead of index.html: the page asks for the model that way.
  appType: 'mpa',
  plugins: [
    react(),
    schemasWithoutEval(),
    isolationHeaders(),
    crossOriginIsolation(),
    contentSecurityPolicy(),
    lastingAssets(),
    modelBesideSite(process.env.H_NEURONS_MODEL !== 'none'),
  ],
  // ONNX Runtime's builds without an inlined loader: the worker names loader and WASM file itself.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
  // Workers named as entries: else their packages are found late and the page reloads while it starts.
  optimizeDeps: { entries: ['index.html', 'workers/*.worker.ts'], exclude: ['onnxruntime-web'] },
  worker: {
    format: 'es',
    plugins: () => [schemasWithoutEval()],
    // WebKit evaluates a worker's first module once more where another chunk imports from it: nothing may live there.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'worker', test: (id) => !/\.worker\.ts$/.test(id), entriesAware: true }],
        },
      },
    },
  },
  server: {
    port: 5173,
    watch: { ignored: ['**/public/models/**', '**/dist/**'] },
  },
  preview: { port: 4173, headers: safetyHeaders },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
});
