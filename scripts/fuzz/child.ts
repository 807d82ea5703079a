// Reads inputs in a process of its own, which the pool ends where one takes too long.
import { readInput } from './files.ts';
import { createMeter } from './measure.ts';
import { diceOf } from './mutate/dice.ts';
import { type Job, OWN_FAULT, type Report } from './pool.ts';
import { readerOf } from './readers.ts';
import { type Input, sizeOf } from './types.ts';

const send = (report: Report) =>
  new Promise<void>((resolve) => process.send?.(report, undefined, undefined, () => resolve()));

let meter: { readonly reader: string; readonly made: Awaited<ReturnType<typeof createMeter>> } | undefined;

async function work(job: Job): Promise<void> {
  const reader = readerOf(job.reader);
  if (meter?.reader !== job.reader) {
    meter?.made.close();
    meter = { reader: job.reader, made: await createMeter(reader) };
  }
  const { made } = meter;
  const read = async (index: number, input: Input) => {
    await send({ type: 'begun', size: sizeOf(input) });
    await send({ type: 'read', index, ...(await made.measure(input, job.patience)) });
  };
  await send({ type: 'ready' });
  if (job.type === 'folder') {
    await read(0, await readInput(job.folder));
  } else {
    for (let index = job.first; index < job.end; index++) {
      await read(index, reader.mutate(diceOf(job.reader, job.seed, index), made.seeds));
    }
  }
  await send({ type: 'done', worn: made.isWorn() });
}

process.on('message', (job: Job) => {
  work(job).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`, () =>
      process.exit(OWN_FAULT),
    );
  });
});
