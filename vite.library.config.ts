import { defineConfig } from 'vite';
import { schemasWithoutEval } from './scripts/lib/vite-plugins.ts';

/** Bundles for browsers: everything but ONNX Runtime is inside, so that a page needs no bundler of its own. */
export default defineConfig({
  plugins: [schemasWithoutEval()],
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: 'dist-library/browser',
    emptyOutDir: true,
    minify: false,
    lib: {
      entry: {
        index: 'src/index.ts',
        worker: 'src/worker.ts',
        neurons: 'src/neurons.ts',
        stats: 'src/stats.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: { external: [/^onnxruntime-(web|common)/] },
  },
});
