// Kills runs and sweeps of a tiny model at random moments and says whether resuming them gives every byte of an undisturbed
// run: npm run kill-test -- --count 100 --seed 1
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killTest } from '../test/support/kill-test.ts';
import { runMain, SetupError } from './lib/log.mjs';

await runMain(async () => {
  const { values } = parseArgs({
    options: { count: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
  });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  if (!(Number.isInteger(count) && count > 0 && Number.isInteger(seed)))
    throw new SetupError('--count and --seed take whole numbers, --count from 1 on.');
  const folder = await mkdtemp(join(tmpdir(), 'h-neurons-kill-'));
  const started = performance.now();
  try {
    const outcomes = await killTest({
      folder,
      count,
      seed,
      tell({ command, processes, kills, wrong }) {
        const how =
          kills.length === 0 ? 'came to its end before it was killed' : `killed ${kills.join(', then ')}`;
        const what = wrong.length === 0 ? 'every byte is the same' : `DIFFERS: ${wrong.join(', ')}`;
        console.log(`${command}, ${processes} ${processes === 1 ? 'process' : 'processes'}, ${how}: ${what}`);
      },
    });
    const kills = outcomes.reduce((sum, each) => sum + each.kills.length, 0);
    const wrong = outcomes.filter((each) => each.wrong.length > 0).length;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(
      `${count} runs, killed ${kills} times, in ${seconds} s (seed ${seed}): ${wrong} differ from the undisturbed run`,
    );
    if (wrong > 0) throw new SetupError(`${wrong} of ${count} runs are not what an undisturbed run leaves.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
