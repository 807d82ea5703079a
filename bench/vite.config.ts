import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { isolationHeaders } from '../scripts/lib/vite-plugins.ts';
import project from '../vite.config.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The benchmark's page, built as the project's own page is and served with the same headers. */
export default defineConfig({
  root: at('page'),
  base: './',
  appType: 'mpa',
  publicDir: false,
  plugins: [isolationHeaders()],
  resolve: project.resolve,
  worker: project.worker,
  build: { ...project.build, outDir: at('../.cache/bench/site'), emptyOutDir: true },
  preview: { headers: project.preview?.headers },
});
