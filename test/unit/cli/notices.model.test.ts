import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import { openTiny } from '../../support/models.ts';

const start = promisify(execFile);
const model = 'test/fixtures/gguf/tiny-llama.gguf';
const folder = mkdtempSync(join(tmpdir(), 'notices-'));
const at = (name: string) => join(folder, name);

/** The real program in a process of its own. */
const hneurons = (...words: string[]) =>
  start(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words, '--model', model]);

/** Said of a set that was found before sets had the identity of a model. */
const formerIdentity = 'The neuron set carries the identity of before';

beforeAll(async () => {
  const { model: tiny } = await openTiny(nativeRuntime(1));
  const set: NeuronSet = {
    format: 'h-neuron-set',
    version: 2,
    name: 'Old',
    model: {
      name: tiny.name,
      architecture: tiny.architecture,
      fingerprint: tiny.fingerprint,
      layers: tiny.layout.widths.length,
      widths: tiny.layout.widths,
    },
    neurons: [{ layer: 0, neuron: 1, weight: 1 }],
    feature: { aggregation: 'mean', position: 'read' },
    provenance: { created: '2025-01-31T12:00:00Z', command: 'fit', questions: 'facts' },
    metrics: {},
  };
  await tiny.session.release();
  writeFileSync(at('set.json'), JSON.stringify(set));
  writeFileSync(at('questions.csv'), 'question,answer\nWho is Jos\xe9?,Ann\n', 'latin1');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what a person should know is on the standard error of the real program, and results are not', () => {
  it('of generate', async () => {
    const words = ['--raw', '--prompt', 'The capital is ', '--max-tokens', '2'];
    const { stdout, stderr } = await hneurons('generate', ...words, '--json');
    expect(stderr).toMatch(/^The text ends in a space\..*\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ lanes: [{ name: 'unsteered' }] });
  });

  it('of identify', async () => {
    const asking = ['--samples', '2', '--max-tokens', '3', '--processes', '1'];
    const out = ['--questions', at('questions.csv'), '--out', at('run')];
    const { stdout, stderr } = await hneurons('identify', ...out, ...asking);
    const [notice, ...progress] = stderr.trim().split('\n');
    expect(notice).toMatch(/^questions\.csv is not UTF-8; it was read as Windows-1252\./);
    expect(progress.at(-1)).toMatch(/^1 of 1: /);
    expect(stdout).toBe('');
  });

  it('of impact', async () => {
    const asking = ['--suites', 'false-premises', '--limit', '2', '--controls', '1', '--processes', '1'];
    const out = ['--set', at('set.json'), '--alphas', '0,1,2', '--out', at('sweep')];
    const { stdout, stderr } = await hneurons('impact', ...out, ...asking);
    expect(stderr.split('\n')[0]).toContain(formerIdentity);
    expect(stdout).toContain('False premises: 2 items are too few to say');
    expect(stdout).not.toContain(formerIdentity);
  });

  it('of origins, whose report has what is said of the set', async () => {
    const words = ['--base', model, '--set', at('set.json'), '--draws', '5', '--fitted-draws', '5'];
    const { stdout, stderr } = await hneurons('origins', ...words, '--json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ note: expect.stringContaining(formerIdentity) });
  });
});
