// The static site in dist: npm run build -- [--no-model]
import './lib/require-node.mjs';

const { SetupError, runMain, say } = await import('./lib/log.mjs');
const { ensurePackages } = await import('./lib/packages.mjs');
const { ensureModel } = await import('./lib/model.mjs');
const { runPackage } = await import('./lib/process.mjs');

await runMain(async () => {
  const args = process.argv.slice(2);
  const withModel = !args.includes('--no-model');
  const unknown = args.find((arg) => arg !== '--no-model');
  if (unknown !== undefined)
    throw new SetupError(`"${unknown}" is not understood: npm run build -- [--no-model]`);
  await ensurePackages();
  const problem = withModel ? await ensureModel() : null;
  if (problem !== null) say('model', `The site is built without the default model: ${problem}.`);
  const code = await runPackage('vite/bin/vite.js', ['build'], {
    H_NEURONS_MODEL: withModel ? 'beside' : 'none',
  });
  if (code !== 0) throw new SetupError('The build failed.');
});
