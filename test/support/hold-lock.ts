// Locks a folder until it is ended: prints "held", or why it is not.
import { lockFolder } from '../../src/node/folder-lock.ts';

const [folder = '', beside] = process.argv.slice(2);
try {
  await lockFolder(folder, { beside: beside === 'beside' });
  process.stdout.write('held\n');
  process.stdin.resume();
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
