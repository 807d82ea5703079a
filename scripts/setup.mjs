// Packages and the default model: npm run setup
import './lib/require-node.mjs';

const { SetupError, runMain } = await import('./lib/log.mjs');
const { ensurePackages } = await import('./lib/packages.mjs');
const { ensureModel } = await import('./lib/model.mjs');

await runMain(async () => {
  await ensurePackages();
  const problem = await ensureModel();
  if (problem !== null) throw new SetupError(`The default model is missing: ${problem}.`);
});
