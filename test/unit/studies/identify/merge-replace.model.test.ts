import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/lib/math/random.ts';
import type { RunStore } from '../../../../src/studies/identify/records.ts';
import { sealedRecord } from '../../../../src/studies/identify/run-format.ts';
import { runMerge } from '../../../../src/studies/identify/terminal/merge.ts';
import { folderStore } from '../../../../src/studies/identify/terminal/run-folder.ts';
import { ended, filesOf, startCommand } from '../../../support/kill-test.ts';
import { learnableManifest, writeLearnable } from '../../../support/study-runs.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const LABEL = '{"index":3,"label":"wrong"}\n';
const OWN_LABEL = '{"index":2,"label":"left-out"}\n';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const shards = () => [at('shard-0'), at('shard-1')];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'merge-'));
  for (const index of [0, 1]) await writeShard(index);
  writeFileSync(at('shard-0', 'corrections.jsonl'), OWN_LABEL);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every second question of a run that a set can be learnt from. */
async function writeShard(index: number): Promise<void> {
  const store = folderStore(at(`shard-${index}`));
  let row = 0;
  const half: RunStore = {
    ...store,
    begin: () => store.begin({ ...learnableManifest, shard: { index, count: 2 } }),
    async append(record, features) {
      if (record.index % 2 !== index) return;
      const own = features ? { ...record, row: row++ } : record;
      await store.append(sealedRecord(own, features), features);
    },
  };
  await writeLearnable(half);
  await store.close();
}

/** What an undisturbed merge of the shards leaves, with a person's label in it. */
async function undisturbed(): Promise<Map<string, Buffer>> {
  await runMerge(shards(), { out: at('alone') });
  const files = filesOf(at('alone'));
  rmSync(at('alone'), { recursive: true });
  return files.set('corrections.jsonl', Buffer.from(OWN_LABEL + LABEL));
}

describe('a merge in the place of what is there', () => {
  it('takes the labels of a person along, and leaves nothing beside', async () => {
    const expected = await undisturbed();
    await runMerge(shards(), { out: at('merged') });
    await expect(runMerge(shards(), { out: at('merged') })).rejects.toThrow(
      /holds a run already; .* add --replace/,
    );
    appendFileSync(at('merged', 'corrections.jsonl'), LABEL);
    await runMerge(shards(), { out: at('merged'), replace: true });
    expect(filesOf(at('merged'))).toEqual(expected);
    expect(readdirSync(folder).sort()).toEqual(['merged', 'shard-0', 'shard-1']);
  });

  it('ends what another was stopped in, at each of its steps', async () => {
    const expected = await undisturbed();
    await runMerge(shards(), { out: at('whole') });
    appendFileSync(at('whole', 'corrections.jsonl'), LABEL);
    const old = () => cpSync(at('whole'), at('merged'), { recursive: true });
    const part = () => cpSync(at('whole'), at('merged.part'), { recursive: true });
    const steps: readonly (() => void)[] = [
      () => {
        old();
        mkdirSync(at('merged.part'));
        writeFileSync(at('merged.part', 'run.json'), '{');
      },
      () => {
        old();
        part();
        renameSync(at('merged'), at('merged.former'));
      },
      () => {
        old();
        renameSync(at('merged'), at('merged.former'));
        part();
        renameSync(at('merged.part'), at('merged'));
      },
      () => {
        // The new one was written before the label was.
        old();
        renameSync(at('merged'), at('merged.former'));
        part();
        renameSync(at('merged.part'), at('merged'));
        writeFileSync(at('merged', 'corrections.jsonl'), OWN_LABEL);
      },
    ];
    for (const stopped of steps) {
      stopped();
      await runMerge(shards(), { out: at('merged'), replace: true });
      expect(filesOf(at('merged'))).toEqual(expected);
      expect(readdirSync(folder).sort()).toEqual(['merged', 'shard-0', 'shard-1', 'whole']);
      rmSync(at('merged'), { recursive: true });
    }
  });

  it('is whole or not there however early it is killed, and is begun anew', async () => {
    const expected = await undisturbed();
    expected.set('corrections.jsonl', Buffer.from(OWN_LABEL));
    const random = createRandom(3);
    for (let time = 0; time < 4; time++) {
      const child = startCommand(['merge', ...shards(), '--out', at('merged')]);
      const end = once(child, 'close');
      while (!existsSync(at('merged.part')) && child.exitCode === null && !existsSync(at('merged')))
        await wait(1);
      await wait(random() * 30);
      child.kill('SIGKILL');
      await end;
      if (existsSync(at('merged'))) expect(filesOf(at('merged'))).toEqual(expected);
      else {
        const again = await ended(startCommand(['merge', ...shards(), '--out', at('merged')]));
        expect(again).toEqual({ code: 0, said: '' });
        expect(filesOf(at('merged'))).toEqual(expected);
      }
      rmSync(at('merged'), { recursive: true });
    }
  });

  it('that lacks a shard ends with 1, and replaces nothing', async () => {
    await runMerge(shards(), { out: at('merged') });
    const before = filesOf(at('merged'));
    const less = await ended(startCommand(['merge', at('shard-1'), '--out', at('merged'), '--replace']));
    expect(less.code).toBe(1);
    expect(filesOf(at('merged'))).toEqual(before);
    expect((await ended(startCommand(['merge', at('shard-1'), '--out', at('new')]))).code).toBe(1);
    expect(existsSync(at('new', 'records.jsonl'))).toBe(true);
    await expect(runMerge(shards(), { out: folder })).rejects.toThrow(/is not empty and holds no run/);
  });
});

describe('hneurons-merge-fit, killed between any two lines', () => {
  /** Runs a script line by line and kills it before the n-th; 0 lets it be. */
  function runLines(
    script: string,
    words: readonly string[],
    n: number,
    env: Readonly<Record<string, string>>,
  ) {
    const trap = `n=${n}; set -T; trap '((--n == 0)) && kill -9 $BASHPID; :' DEBUG; . "$0"`;
    return spawnSync('bash', ['-c', trap, join(root, script), ...words], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
  }

  it('loses no label, and leaves what an undisturbed one does once it is started again', async () => {
    const expected = await undisturbed();
    mkdirSync(at('bin'));
    writeFileSync(at('bin', 'hneurons'), `#!/bin/sh\nexec sh "${root}deploy/hneurons" "$@"\n`);
    chmodSync(at('bin', 'hneurons'), 0o755);
    const env = { PATH: `${at('bin')}:${process.env.PATH}`, H_NEURONS_HOME: root.replace(/\/$/, '') };
    await runMerge(shards(), { out: at('merged') });
    appendFileSync(at('merged', 'corrections.jsonl'), LABEL);
    const words = [folder, '--C', '1', '--draws', '2'];
    const labels = () =>
      ['merged', 'merged.former']
        .map((name) => at(name, 'corrections.jsonl'))
        .filter((path) => existsSync(path))
        .map((path) => readFileSync(path, 'utf8'))
        .join('');
    const set = () => readFileSync(at('set.json'), 'utf8').replace(/"created": ?"[^"]*"/, '');
    expect(runLines('deploy/hneurons-merge-fit', words, 0, env).status).toBe(0);
    const whole = set();
    let killed = 0;
    for (let n = 1; ; n++) {
      const stopped = runLines('deploy/hneurons-merge-fit', words, n, env);
      expect(labels()).toContain(LABEL);
      if (stopped.signal !== 'SIGKILL') break;
      killed++;
    }
    expect(killed).toBeGreaterThan(4);
    expect(filesOf(at('merged'))).toEqual(expected);
    expect(set()).toBe(whole);
    expect(readdirSync(folder).sort()).toEqual(['bin', 'merged', 'set.json', 'shard-0', 'shard-1']);
  });

  it('so does submit.sh: whatever line it is stopped at, starting it again submits shards and merge', () => {
    mkdirSync(at('bin'));
    writeFileSync(at('bin', 'sbatch'), `#!/bin/sh\necho "$@" >>"${at('jobs')}"\necho 71\n`);
    chmodSync(at('bin', 'sbatch'), 0o755);
    const env = { PATH: `${at('bin')}:${process.env.PATH}`, RUNS: at('runs'), SHARDS: '2' };
    for (let n = 1, goes = true; goes; n++) {
      rmSync(at('jobs'), { force: true });
      goes = runLines('deploy/slurm/submit.sh', [], n, env).signal === 'SIGKILL';
      const again = runLines('deploy/slurm/submit.sh', [], 0, env);
      expect(again.stdout).toMatch(/^shards: job 71\nmerge and fit: job 71, /);
      expect(readFileSync(at('jobs'), 'utf8')).toMatch(/afterok:71.*\n$/);
    }
  });
});
