import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../../src/node/folder-lock.ts';
import { runIdentify } from '../../../src/studies/identify/terminal/identify.ts';
import { runMerge } from '../../../src/studies/identify/terminal/merge.ts';
import { runImpactCommand } from '../../../src/studies/impact/terminal/impact.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const model = join(root, 'test/fixtures/gguf/tiny-llama.gguf');
/** Short, for locks of other machines. */
const times = { beat: 20, stale: 400, look: 20 };

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const lockFile = () => join(folder, 'run.lock');
const owner = () => JSON.parse(readFileSync(lockFile(), 'utf8')) as Record<string, unknown>;

/** A process that locks a folder; what it says first. */
async function holder(place = folder, ...more: string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/hold-lock.ts', place, ...more], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [data] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, said: String(data).trim() };
}

async function killed({ child }: { readonly child: ChildProcess }): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('a locked folder', () => {
  it('is refused to a second process, with the folder, the process and what to do, until the first ends', async () => {
    const first = await holder();
    expect(first.said).toBe('held');
    await expect(lockFolder(folder)).rejects.toMatchObject({
      code: 'bad-input',
      message: `${folder} is being written by another process (process ${first.child.pid}: hneurons ${folder}); wait until it ends or stop it, then start again, or choose another folder.`,
    });
    await killed(first);
    expect(existsSync(lockFile())).toBe(true);
    const lock = await lockFolder(folder);
    expect(owner().pid).toBe(process.pid);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is given to one of many that come at once, also in the place of one that was killed', async () => {
    for (const dead of [false, true]) {
      if (dead) await killed(await holder());
      const all = await Promise.all(Array.from({ length: 6 }, () => holder()));
      const held = all.filter(({ said }) => said === 'held');
      expect(held).toHaveLength(1);
      expect(owner().pid).toBe(held[0]!.child.pid);
      for (const { said } of all) expect(said).toMatch(/^held$|is being written by another process/);
      for (const each of all) if (each.child.exitCode === null) await killed(each);
    }
  });

  it.each(['identify', 'impact', 'merge'] as const)('is refused to hneurons %s', async (command) => {
    await holder(folder, ...(command === 'merge' ? ['beside'] : []));
    const common = { model, device: 'native', out: folder, seed: 1, processes: 1, resume: true } as const;
    const shard = { index: 0, count: 1 };
    const refused = {
      identify: () => runIdentify({ ...common, questions: 'facts', samples: 2, shard }, () => {}),
      impact: () => runImpactCommand({ ...common, controls: 0, free: 0, neuron: ['0:1'] }, () => {}),
      merge: () => runMerge(['none'], { out: folder }),
    }[command]();
    await expect(refused).rejects.toThrow(/is being written by another process/);
    rmSync(`${folder}.lock`, { force: true });
  });

  it('of another machine is refused while that shows signs of life, and taken over when it does not', async () => {
    const lock = await lockFolder(folder, { times });
    const text = JSON.stringify({ ...owner(), space: 'another machine', host: 'node7', token: 'other' });
    await lock.release();
    writeFileSync(lockFile(), text);
    const beat = setInterval(() => writeFileSync(lockFile(), text), times.beat);
    await expect(lockFolder(folder, { times })).rejects.toThrow(/\(process \d+ on node7: /);
    clearInterval(beat);
    const next = await lockFolder(folder, { times });
    await next.check();
    expect(owner().token).not.toBe('other');
    await next.release();
    // A clock that goes wrong is no sign of life: only what the file system says counts.
    writeFileSync(lockFile(), text);
    utimesSync(lockFile(), new Date(0), new Date(0));
    await (await lockFolder(folder)).release();
  });

  it('of a process whose id another one has now is taken over, and so is a damaged one that shows no life', async () => {
    const lock = await lockFolder(folder);
    const mine = owner();
    await lock.release();
    writeFileSync(lockFile(), JSON.stringify({ ...mine, started: '1' }));
    await (await lockFolder(folder)).release();
    writeFileSync(lockFile(), '{"tok');
    await (await lockFolder(folder, { times })).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is no longer written by a process that was halted while another took over', async () => {
    const lock = await lockFolder(folder, { times });
    writeFileSync(`${lockFile()}.new`, JSON.stringify({ ...owner(), token: 'other' }));
    rmSync(lockFile());
    writeFileSync(lockFile(), readFileSync(`${lockFile()}.new`));
    await expect(lock.check()).rejects.toThrow(/was taken over by another process/);
    await lock.release();
    expect(owner().token).toBe('other');
  });

  it('is tidied of what processes left that were killed, and goes where it was made for nothing', async () => {
    const first = await holder();
    const text = readFileSync(lockFile(), 'utf8');
    await killed(first);
    writeFileSync(join(folder, 'run.lock.claim'), text);
    writeFileSync(join(folder, 'run.lock.123'), text);
    writeFileSync(join(folder, '.run.json.99.part'), '{');
    writeFileSync(join(folder, 'kept.part'), '');
    const lock = await lockFolder(folder);
    expect(readdirSync(folder).sort()).toEqual(['kept.part', 'run.lock']);
    await lock.release();
    const made = join(folder, 'made');
    await (await lockFolder(made)).release();
    expect(existsSync(made)).toBe(false);
  });
});
