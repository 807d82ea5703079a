import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import {
  contentSecurityPolicy,
  crossOriginIsolation,
  modelBesideSite,
  schemasWithoutEval,
} from './scripts/lib/vite-plugins.ts';

/** Headers that make a page cross-origin isolated, which threads in WASM need. */
const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export default defineConfig({
  base: './',
  // A path that does not exist answers 404 instead of index.html: the page asks for the model that way.
  appType: 'mpa',
  plugins: [
    react(),
    schemasWithoutEval(),
    crossOriginIsolation(),
    contentSecurityPolicy(),
    modelBesideSite(process.env.H_NEURONS_MODEL !== 'none'),
  ],
  // ONNX Runtime's builds without an inlined loader: the worker names loader and WASM file itself.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
  // Workers named as entries: else their packages are found late and the page reloads while it starts.
  optimizeDeps: { entries: ['index.html', 'workers/*.worker.ts'], exclude: ['onnxruntime-web'] },
  worker: { format: 'es', plugins: () => [schemasWithoutEval()] },
  server: {
    port: 5173,
    headers: isolationHeaders,
    watch: { ignored: ['**/public/models/**', '**/dist/**'] },
  },
  preview: { port: 4173, headers: isolationHeaders },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
});
