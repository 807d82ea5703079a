import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Command, ended, filesOf, linesIn, startCommand, tinyWork } from '../../support/kill-test.ts';

let folder: string;
let wordsOf: ReturnType<typeof tinyWork>;
const whole = new Map<Command, Map<string, Buffer>>();
const place = (name: string) => join(folder, name);
const records = (out: string) => join(out, 'records.jsonl');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stops-'));
  wordsOf = tinyWork(folder);
  for (const command of ['identify', 'impact'] as const) {
    mkdirSync(place(command));
    expect(await ended(startCommand(wordsOf(command, 1, place(command))))).toMatchObject({ code: 0 });
    whole.set(command, filesOf(place(command)));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function expectResumed(command: Command, out: string): Promise<void> {
  expect(await ended(startCommand([...wordsOf(command, 1, out), '--resume']))).toMatchObject({ code: 0 });
  expect(filesOf(out)).toEqual(whole.get(command));
}

/** Starts a command, and does something once it has stored some records. */
async function whenBusy(
  command: Command,
  out: string,
  act: (child: ReturnType<typeof startCommand>) => void,
) {
  const child = startCommand(wordsOf(command, 2, out));
  const end = ended(child);
  while (linesIn(records(out)) < 3 && child.exitCode === null) await wait(1);
  act(child);
  return end;
}

describe('a run that is told to stop', () => {
  it.each([
    ['identify', 'SIGTERM', 143],
    ['impact', 'SIGTERM', 143],
    ['identify', 'SIGINT', 130],
    ['identify', 'SIGHUP', 129],
  ] as const)('%s by %s ends with what is stored and how to go on', async (command, signal, code) => {
    const out = place(`${command} ${signal}`);
    const { said, code: found } = await whenBusy(command, out, (child) => child.kill(signal));
    expect(found).toBe(code);
    const done = linesIn(records(out));
    const what = command === 'identify' ? `${done} of 120 questions` : `${done} records`;
    expect(said.trimEnd().split('\n').at(-1)).toBe(
      `Stopped by ${signal}: ${what} are stored in ${out}; start again with --resume to go on.`,
    );
    expect(readdirSync(out)).not.toContain('run.lock');
    await expectResumed(command, out);
  });
});

describe('a disk that is full', () => {
  // The shell's limit of a file's size stops a write halfway, as a full disk does.
  it.each(['identify', 'impact'] as const)(
    'ends %s with one sentence, and it goes on where it was',
    async (command) => {
      const out = place(`${command} full`);
      const kilobytes = command === 'identify' ? 60 : 12;
      const { code, said } = await ended(startCommand(wordsOf(command, 1, out), `ulimit -f ${kilobytes}`));
      expect(code).toBe(1);
      const lines = linesIn(records(out));
      expect(lines).toBeGreaterThan(3);
      const last = said.trimEnd().split('\n').at(-1);
      expect(last).toMatch(/ full cannot be written: it would grow larger than its file system allows;/);
      expect(last).toContain(
        command === 'identify' ? `${lines} of 120 questions are stored` : `${lines} records are stored`,
      );
      await expectResumed(command, out);
    },
  );
});

describe('what is in the way', () => {
  it('is named: a folder in place of a file, a file in place of a folder, what holds no run', async () => {
    const out = place('in the way');
    cpSync(place('identify'), out, { recursive: true });
    rmSync(join(out, 'records.jsonl'));
    mkdirSync(join(out, 'records.jsonl'));
    const said = async (words: readonly string[]) => {
      const { code, said } = await ended(startCommand(words));
      expect(code).toBe(1);
      expect(said.trimEnd().split('\n')).toHaveLength(1);
      return said;
    };
    expect(await said(['fit', out, '--out', place('set.json')])).toContain(
      `${join(out, 'records.jsonl')} cannot be read: it is a folder, and a file is needed; name a file.`,
    );
    const below = join(place('questions.jsonl'), 'run');
    expect(await said(wordsOf('identify', 1, below))).toContain(
      `${below} cannot be written: a part of its path is a file and not a folder; check the path.`,
    );
    expect(await said(['fit', place('none'), '--out', place('set.json')])).toContain('holds no run');
    expect(await said([...wordsOf('impact', 1, place('identify')), '--set', folder])).toContain(
      `${folder} cannot be read: it is a folder, and a file is needed`,
    );
  });
});
