// The library in dist-library: modules for Node with their types, and bundles for browsers: npm run build:library
import './lib/require-node.mjs';

const { readdir, readFile, rm, writeFile } = await import('node:fs/promises');
const { join } = await import('node:path');
const { SetupError, runMain } = await import('./lib/log.mjs');
const { ensurePackages } = await import('./lib/packages.mjs');
const { root, runPackage } = await import('./lib/process.mjs');

const target = join(root, 'dist-library');

/** The compiler leaves paths in declarations as they are in the source. @param {string} folder */
async function nameCompiledModules(folder) {
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/(from '\.[^']*|import\("\.[^"]*)\.ts(?=['"])/g, '$1.js'));
  }
}

await runMain(async () => {
  await ensurePackages();
  await rm(target, { recursive: true, force: true });
  if ((await runPackage('typescript/bin/tsc', ['-p', 'tsconfig.library.json'])) !== 0)
    throw new SetupError('The library has errors of types.');
  await nameCompiledModules(target);
  if ((await runPackage('vite/bin/vite.js', ['build', '--config', 'vite.library.config.ts'])) !== 0)
    throw new SetupError('The bundles for browsers could not be built.');
  if ((await runPackage('publint/src/cli.js', ['--strict'])) !== 0)
    throw new SetupError('The package is not put together as package managers and bundlers expect.');
});
