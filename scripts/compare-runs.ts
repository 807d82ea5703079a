// Says how far two runs of the same questions agree, on other devices for example: npx tsx scripts/compare-runs.ts RUN RUN

import type { QuestionRecord } from '../src/studies/identify/records.ts';
import { withRun } from '../src/studies/identify/terminal/run-folder.ts';
import { runMain, SetupError } from './lib/log.mjs';

const recordsOf = (folder: string) =>
  withRun(folder, async ({ records }) => new Map(records.map((record) => [record.question.id, record])));

const textOf = ({ replies }: QuestionRecord) => replies.map(({ ids }) => ids.join(' ')).join('\n');

await runMain(async () => {
  const [first, second] = process.argv.slice(2);
  if (first === undefined || second === undefined) throw new SetupError('Give the folders of two runs.');
  const [one, other] = [await recordsOf(first), await recordsOf(second)];
  const pairs = [...one].flatMap(([id, record]) => {
    const match = other.get(id);
    return match ? [[record, match] as const] : [];
  });
  const share = (isEqual: (a: QuestionRecord, b: QuestionRecord) => boolean) =>
    `${pairs.filter(([a, b]) => isEqual(a, b)).length} of ${pairs.length}`;
  console.log(`questions with the same outcome: ${share((a, b) => a.status === b.status)}`);
  console.log(`questions with the same replies, token by token: ${share((a, b) => textOf(a) === textOf(b))}`);
});
