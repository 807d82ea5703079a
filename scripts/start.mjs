// Everything needed, then the page: npm start -- [--port NUMBER] [--host [ADDRESS]] [--open]
import './lib/require-node.mjs';

const { runMain, say } = await import('./lib/log.mjs');
const { parseStartOptions } = await import('./lib/options.mjs');
const { ensurePackages } = await import('./lib/packages.mjs');
const { ensureModel } = await import('./lib/model.mjs');
const { root } = await import('./lib/process.mjs');

await runMain(async () => {
  const options = parseStartOptions(process.argv.slice(2));
  await ensurePackages();
  const problem = await ensureModel();
  if (problem !== null) {
    say(
      'model',
      `The default model is missing (${problem}); the page offers the Hugging Face Hub or a file from disk.`,
    );
  }
  const { createServer } = await import('vite');
  const server = await createServer({ root, server: options });
  await server.listen();
  server.printUrls();
  say('page', 'Ctrl-C stops it.');
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      setTimeout(() => process.exit(0), 2000).unref();
      server.close().finally(() => process.exit(0));
    });
  }
});
