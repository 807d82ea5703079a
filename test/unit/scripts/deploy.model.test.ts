import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseShard } from '../../../src/studies/identify/terminal/identify.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The parts of a Job that the scripts rest on. */
const jobSchema = z.object({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  spec: z.object({
    completionMode: z.literal('Indexed').optional(),
    completions: z.int().optional(),
    parallelism: z.int().optional(),
    backoffLimitPerIndex: z.int().optional(),
    podReplacementPolicy: z.string().optional(),
    template: z.object({
      spec: z.object({
        restartPolicy: z.literal('Never'),
        containers: z.tuple([
          z.object({
            image: z.string(),
            command: z.array(z.string()),
            args: z.array(z.string()),
            env: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
            resources: z.object({
              requests: z.object({ cpu: z.string(), memory: z.string() }),
              limits: z.object({ cpu: z.string(), memory: z.string() }),
            }),
            volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
          }),
        ]),
        automountServiceAccountToken: z.literal(false),
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          runAsUser: z.int().positive(),
          seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
        }),
        volumes: z.tuple([
          z.object({ name: z.string(), persistentVolumeClaim: z.object({ claimName: z.string() }) }),
          z.object({ name: z.literal('tmp'), emptyDir: z.object({ sizeLimit: z.string() }) }),
        ]),
      }),
    }),
  }),
});
const job = (name: string) => jobSchema.parse(parse(read(`deploy/kubernetes/${name}.yaml`))).spec;

let folder: string;
/** Stand-ins that write their arguments, one a line, and what they are told to print. */
const bin = () => join(folder, 'bin');
const calls = () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8') : '');

function standIn(name: string, body: string): void {
  const path = join(bin(), name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'h-neurons-deploy-'));
  mkdirSync(bin());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script of deploy/ with the stand-ins; gives the arguments of every call of `hneurons`. */
function run(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  stands: Readonly<Record<string, string>>,
) {
  rmSync(join(folder, 'calls'), { force: true });
  for (const name of readdirSync(bin())) rmSync(join(bin(), name));
  const record = `{ for word in "$@"; do printf '%s\\t' "$word"; done; echo; } >>"${folder}/calls"`;
  standIn('hneurons', `${record}\n${stands.hneurons ?? ''}`);
  for (const [name, body] of Object.entries(stands)) if (name !== 'hneurons') standIn(name, body);
  const [program, ...words] = command;
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: root,
    encoding: 'utf8',
    env: { ...env, PATH: `${bin()}:${process.env.PATH}`, HOME: folder },
  });
  return {
    status,
    stdout,
    stderr,
    calls: calls()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t').slice(0, -1)),
  };
}

const optionOf = (words: readonly string[], name: string) => words[words.indexOf(name) + 1];

/** Every shard once, each in its own folder, and every question in one shard. */
function checkShards(all: readonly (readonly string[])[], count: number): void {
  const shards = all.map((words) => parseShard(optionOf(words, '--shard')));
  expect(shards).toEqual(Array.from({ length: count }, (_, index) => ({ index, count })));
  expect(new Set(all.map((words) => optionOf(words, '--out'))).size).toBe(count);
  for (const words of all) expect(words).toContain('--resume');
  const questions = shards.flatMap(({ index }) =>
    Array.from({ length: Math.ceil((1000 - index) / count) }, (_, k) => index + k * count),
  );
  expect(questions.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
}

describe('Kubernetes', () => {
  test('the indexed job runs every shard once, in a folder that merge-fit reads', () => {
    const {
      completions = 0,
      completionMode,
      parallelism,
      backoffLimitPerIndex,
      podReplacementPolicy,
      template,
    } = job('identify');
    expect(completionMode).toBe('Indexed');
    expect(parallelism).toBeLessThanOrEqual(completions);
    expect(backoffLimitPerIndex).toBeGreaterThan(0);
    expect(podReplacementPolicy).toBe('Failed');
    const [{ command, args, env = [] }] = template.spec.containers;
    const shards = Array.from({ length: completions }, (_, index) => {
      const told = Object.fromEntries(env.map(({ name, value }) => [name, value]));
      const ran = run([...command, ...args], { ...told, JOB_COMPLETION_INDEX: String(index) }, {});
      expect(ran.status).toBe(0);
      expect(ran.calls).toHaveLength(1);
      expect(ran.calls[0][0]).toBe('identify');
      return ran.calls[0];
    });
    checkShards(shards, completions);
    const [merge] = job('merge-fit').template.spec.containers;
    expect(merge.command).toEqual(['hneurons-merge-fit']);
    for (const [index, words] of shards.entries())
      expect(optionOf(words, '--out')).toBe(`${merge.args[0]}/shard-${index}`);
  });

  test('both jobs mount the claim that runs.yaml makes, where they write', () => {
    const claim = z
      .object({ kind: z.literal('PersistentVolumeClaim'), metadata: z.object({ name: z.string() }) })
      .parse(parse(read('deploy/kubernetes/runs.yaml')));
    for (const name of ['identify', 'merge-fit']) {
      const { volumes, containers } = job(name).template.spec;
      const [{ volumeMounts, resources, image, args }] = containers;
      expect(volumes[0]).toEqual({
        name: 'runs',
        persistentVolumeClaim: { claimName: claim.metadata.name },
      });
      expect(volumeMounts).toEqual([
        { name: 'runs', mountPath: '/runs' },
        { name: 'tmp', mountPath: '/tmp' },
      ]);
      expect(args.join(' ')).toContain('/runs/facts');
      expect(image).toBe('h-neurons');
      expect(resources.limits.cpu).toBe(resources.requests.cpu);
      expect(resources.limits.cpu).toMatch(/^[1-9]\d*$/);
    }
  });
});

describe('Slurm', () => {
  const srun = 'exec "$@"';

  test('every task runs its shard, also where only some are submitted again', () => {
    const shards = Array.from({ length: 5 }, (_, index) => {
      const env = {
        RUNS: '/scratch/facts',
        SHARDS: '5',
        SLURM_ARRAY_TASK_ID: String(index),
        SLURM_ARRAY_TASK_COUNT: '1',
      };
      const ran = run(['bash', 'deploy/slurm/identify.sbatch', '--seed', '3'], env, { srun });
      expect(ran.status).toBe(0);
      expect(ran.calls[0].slice(-2)).toEqual(['--seed', '3']);
      expect(optionOf(ran.calls[0], '--out')).toBe(`/scratch/facts/shard-${index}`);
      return ran.calls[0];
    });
    checkShards(shards, 5);
  });

  test('a container is started by RUN', () => {
    const env = {
      RUNS: '/s',
      SHARDS: '2',
      SLURM_ARRAY_TASK_ID: '1',
      RUN: 'apptainer exec --bind /s image.sif',
    };
    const apptainer = '[ "$1 $2 $3 $4" = "exec --bind /s image.sif" ] && shift 4 && exec "$@"';
    expect(run(['bash', 'deploy/slurm/identify.sbatch'], env, { srun, apptainer }).calls).toHaveLength(1);
    expect(run(['bash', 'deploy/slurm/identify.sbatch'], { RUNS: '/s' }, { srun }).status).not.toBe(0);
  });

  test('the array counts from 0, and merge and fit wait for all of it', () => {
    const sbatch = `printf '%s ' "$@" >>"${folder}/sbatch"; echo >>"${folder}/sbatch"; echo "71;cluster"`;
    const runs = join(folder, 'facts');
    const ran = run(
      ['bash', 'deploy/slurm/submit.sh', '--limit', '9'],
      { RUNS: runs, SHARDS: '32' },
      { sbatch },
    );
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toBe(`shards: job 71\nmerge and fit: job 71, result: ${runs}/set.json\n`);
    const [array, merge] = readFileSync(join(folder, 'sbatch'), 'utf8').split('\n');
    expect(array).toMatch(/^--parsable --array=0-31 .*\/deploy\/slurm\/identify\.sbatch --limit 9 $/);
    expect(merge).toMatch(/^--parsable --dependency=afterok:71 .*\/deploy\/slurm\/merge-fit\.sbatch $/);
    expect(run(['bash', 'deploy/slurm/submit.sh'], { SHARDS: '3' }, {}).stderr).toContain('give the folder');
  });

  test('merge and fit run on the folder', () => {
    const script = { srun, 'hneurons-merge-fit': `printf '%s ' "$@"` };
    expect(run(['bash', 'deploy/slurm/merge-fit.sbatch'], { RUNS: '/s/facts' }, script).stdout).toBe(
      '/s/facts --C auto --split answer ',
    );
  });
});

describe('merge and fit', () => {
  const script = ['sh', 'deploy/hneurons-merge-fit'];

  test('puts the shards together in place of what is there, then fits', () => {
    const runs = join(folder, 'merge');
    for (const name of ['shard-0', 'shard-1', 'merged']) mkdirSync(join(runs, name), { recursive: true });
    const ran = run([...script, runs, '--C', 'auto'], {}, {});
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    expect(ran.calls).toEqual([
      ['merge', 'shard-0', 'shard-1', '--out', 'merged', '--replace', '--json'],
      ['fit', 'merged', '--out', 'set.json', '--C', 'auto'],
    ]);
  });

  test('stops where a shard is missing or merging fails', () => {
    const runs = join(folder, 'stop');
    mkdirSync(join(runs, 'shard-0'), { recursive: true });
    const missing = run([...script, runs], {}, { hneurons: `[ "$1" != merge ]` });
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain('Nothing was fitted');
    expect(missing.calls).toHaveLength(1);
    expect(run([...script, runs], {}, { hneurons: 'exit 3' }).status).toBe(3);
    expect(run(script, {}, {}).stderr).toContain('give the folder');
  });
});

/** Lines of a text that call `hneurons COMMAND`, with the lines that they go on in. */
function commandLines(text: string): string[][] {
  const joined = text.replace(/\\\n\s*/g, ' ');
  return [
    ...joined.matchAll(
      /\bhneurons (?:-- )?(identify|merge|fit|evaluate|set|questions)((?:[ \t]+[^\s|>&;`)]+)*)/g,
    ),
  ].map(([, command, rest]) => [command, ...rest.trim().split(/[ \t]+/)]);
}

describe('command lines', () => {
  const files = ['deploy/slurm/identify.sbatch', 'deploy/hneurons-merge-fit', 'docs/scale.md'];
  const inJob = job('identify').template.spec.containers[0].args.join(' ');
  const fitOptions = [
    ...job('merge-fit').template.spec.containers[0].args,
    ...(/^exec srun .*$/m.exec(read('deploy/slurm/merge-fit.sbatch'))?.[0] ?? '').split(' '),
  ];
  const lines = [...files.map(read), inJob].flatMap(commandLines);
  const used = new Map<string, Set<string>>();
  for (const [command, ...words] of [...lines, ['fit', ...fitOptions]]) {
    const options = used.get(command) ?? new Set();
    for (const word of words) if (/^--[a-zA-Z]/.test(word)) options.add(word.replace(/=.*/, ''));
    used.set(command, options);
  }

  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/build-library.mjs'], { cwd: root, stdio: 'pipe' });
  });

  test('there are some of each step', () => {
    expect([...used.keys()].sort()).toEqual(expect.arrayContaining(['fit', 'identify', 'merge']));
    expect(used.get('identify')).toContain('--shard');
    expect(used.get('merge')).toContain('--json');
    expect(used.get('fit')).toContain('--C');
  });

  test.each([...used].map(([command, options]) => ({ command, options: [...options] })))(
    'hneurons $command has $options',
    ({ command, options }) => {
      const help = execFileSync('sh', ['deploy/hneurons', command, '--help'], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, H_NEURONS_HOME: root.replace(/\/$/, '') },
      });
      const known = new Set([...help.matchAll(/^\s+(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name));
      expect(known).toContain('--help');
      for (const option of options) expect(known).toContain(option);
    },
    60_000,
  );
});

describe('the image', () => {
  const dockerfile = read('deploy/Dockerfile');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
    paths.split(' '),
  );

  test('base images and actions are pinned by digest, and the user is not root', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, name]) => name);
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)/gm)].map(([, name]) => name);
    const images = bases.filter((name) => !stages.includes(name));
    expect(images.length).toBeGreaterThan(0);
    for (const image of images) expect(image).toMatch(/^node:22-slim@sha256:[0-9a-f]{64}$/);
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    const workflow = read('.github/workflows/ci.yml');
    const actions = [...workflow.matchAll(/uses: (.+)/g)].map(([, name]) => name);
    expect(actions.length).toBeGreaterThan(3);
    for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('everything that is copied is there, and let in by .dockerignore', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(copied).toContain('src');
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(allowed, path).toContain(path);
    }
    expect(allowed.filter((path) => !copied.includes(path))).toEqual([]);
  });

  test('the packages that the terminal needs are no development packages', () => {
    const { dependencies, devDependencies } = z
      .object({
        dependencies: z.record(z.string(), z.string()),
        devDependencies: z.record(z.string(), z.string()),
      })
      .parse(JSON.parse(read('package.json')));
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.ts$/.test(file),
    );
    const packages = new Set(
      files.flatMap((file) =>
        [...read(`src/${file}`).matchAll(/from '([^.'][^']*)'/g)].map(([, name]) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
      ),
    );
    for (const name of packages) {
      if (name.startsWith('node:')) continue;
      expect(Object.keys(devDependencies), name).not.toContain(name);
    }
    expect(Object.keys(dependencies)).not.toContain('tsx');
  });

  test('scripts are valid shell', () => {
    for (const name of readdirSync(join(root, 'deploy/slurm')))
      expect(spawnSync('bash', ['-n', join(root, 'deploy/slurm', name)]).status, name).toBe(0);
    for (const name of ['hneurons', 'hneurons-merge-fit'])
      expect(spawnSync('sh', ['-n', join(root, 'deploy', name)]).status, name).toBe(0);
  });
});
