import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInspect } from '../../../src/cli/inspect.ts';
import { openLanguageModel } from '../../../src/node/open-model.ts';
import { splitGguf } from '../../support/tiny-split.ts';

const whole = new Uint8Array(readFileSync('test/fixtures/gguf/tiny-llama.gguf'));
let folder: string;
let names: readonly string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'h-neurons-split-'));
  const parts = await splitGguf(whole, 'tiny.gguf', [4, 8, 8]);
  for (const { name, read, size } of parts) writeFileSync(join(folder, name), await read(0, size));
  names = parts.map(({ name }) => name);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('a split model is opened and inspected by any of its files', async () => {
  for (const name of names) {
    expect(await runInspect(join(folder, name))).toMatchObject({ tensor_types: { F32: 5 } });
    const model = await openLanguageModel(join(folder, name), 'native', { threads: 1 });
    expect(model).toMatchObject({ architecture: 'llama', layout: { total: 192 } });
    await model.session.release();
  }
});

it('a part that is not beside the others is named', async () => {
  rmSync(join(folder, names[1]!));
  for (const run of [runInspect, (path: string) => openLanguageModel(path, 'native', { threads: 1 })])
    await expect(run(join(folder, names[2]!))).rejects.toThrow(
      /one of 3 files of a model; open it together with file 2\./,
    );
});
