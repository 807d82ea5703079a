import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGguf } from '../../../src/graph/gguf/file.ts';
import { SAMPLE_DEFAULTS } from '../../../src/studies/identify/sample.ts';
import { openProcesses } from '../../../src/studies/identify/terminal/asking-processes.ts';
import { openSweepers } from '../../../src/studies/impact/terminal/sweeping-processes.ts';
import { rewriteGguf } from '../../support/gguf-rewrite.ts';
import { tinySource } from '../../support/models.ts';

const settings = { ...SAMPLE_DEFAULTS, samples: 2, agree: 2 };
const sweep = {
  files: [],
  neurons: ['0:3'],
  alphas: [0, 1, 3],
  controls: 0,
  members: false,
  seed: 1,
};

describe('the terminal’s studies say how a model reads what it is asked', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'notices-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function modelWith(name: string, template: string | undefined): Promise<string> {
    const path = join(folder, name);
    const file = await readGguf(await tinySource());
    writeFileSync(path, await rewriteGguf(file, { 'tokenizer.chat_template': template }));
    return path;
  }

  async function noticeOfAsking(model: string, form?: 'plain'): Promise<string> {
    const asked = await openProcesses(
      { model, device: 'native', settings: { ...settings, ...(form && { form }) } },
      1,
    );
    asked.close();
    return asked.notice;
  }

  async function notesOfSweep(model: string): Promise<readonly string[]> {
    const swept = await openSweepers({ ...sweep, model, device: 'native' }, 1);
    swept.close();
    return swept.notes;
  }

  it('where it has no chat template, unless questions are put as plain text', async () => {
    const model = await modelWith('bare.gguf', undefined);
    expect(await noticeOfAsking(model)).toContain('has no chat template');
    expect(await noticeOfAsking(model, 'plain')).toBe('');
    expect(await notesOfSweep(model)).toEqual([expect.stringContaining('has no chat template')]);
  }, 60_000);

  it('where its template leaves out what it said before', async () => {
    const template =
      '{% for message in messages %}{% if message.role == "user" %}{{ message.content }}\n{% endif %}{% endfor %}';
    const model = await modelWith('forgetful.gguf', template);
    expect(await noticeOfAsking(model)).toBe('');
    expect(await notesOfSweep(model)).toEqual([expect.stringContaining('leaves out')]);
  }, 60_000);

  it('and say nothing where its template takes all, or where nothing can be put to it', async () => {
    const model = await modelWith(
      'whole.gguf',
      '{% for message in messages %}{{ message.content }}{% endfor %}',
    );
    expect(await noticeOfAsking(model)).toBe('');
    expect(await notesOfSweep(model)).toEqual([]);
    const refusing = await modelWith('refusing.gguf', '{{ raise_exception("no") }}');
    expect(await noticeOfAsking(refusing)).toBe('');
  }, 60_000);
});
