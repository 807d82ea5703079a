import { describe, expect, it } from 'vitest';
import { aboutExportBytes, catalogue } from '../../../app/models/catalogue.ts';
import { catalogueRows } from '../../../app/models/catalogue-rows.ts';
import { droppedFiles, pickedFiles } from '../../../app/models/dropped.ts';
import { modelIn } from '../../../app/models/open-files.ts';
import { aboutBytesText, bytesText, parametersText } from '../../../app/models/sizes.ts';
import { parseHost } from '../../../app/models/state/hub-host.ts';
import { parseHubName } from '../../../app/models/state/hub-name.ts';
import { createMeter, describeRate } from '../../../app/ui/progress.ts';
import { hubSchema } from '../../../src/saved/hub-place.ts';

const model = (name: string) => catalogue.find((each) => each.name === name)!;
const file = (name: string) => new File(['x'], name);

describe('the catalogue', () => {
  it('has small models of many families, each with what a person chooses by', () => {
    expect(catalogue.length).toBeGreaterThanOrEqual(12);
    expect(new Set(catalogue.map(({ family }) => family)).size).toBeGreaterThanOrEqual(8);
    expect(new Set(catalogue.map(({ repository }) => repository)).size).toBe(catalogue.length);
    for (const each of catalogue) {
      expect(hubSchema.safeParse(each).success, each.name).toBe(true);
      expect(each.licence).not.toBe('');
      // The MLPs alone, two or three matrices of width times hidden, are most of a model without its embedding.
      const mlps = each.layers * each.neurons * each.hidden;
      const rest = each.parameters - each.vocabulary * each.hidden;
      expect(3 * mlps, each.name).toBeLessThan(1.05 * each.parameters);
      expect(3 * mlps, each.name).toBeGreaterThan(0.4 * rest);
    }
  });

  it.each([
    ['SmolLM2 135M Instruct', 'fp32', 538e6],
    ['SmolLM2 135M Instruct', 'q4', 182e6],
    ['SmolLM2 135M Instruct', 'q4f16', 118e6],
    ['SmolLM2 135M Instruct', 'q8', 137e6],
    ['Qwen3 0.6B', 'q4', 919e6],
    ['Qwen3 0.6B', 'q4f16', 570e6],
  ] as const)('computes about the size of the published file: %s in %s', (name, precision, bytes) => {
    expect(aboutExportBytes(model(name), precision) / bytes).toBeCloseTo(1, 1);
  });

  it('has every size of SmolLM2, base and instruct', () => {
    const sizes = ['135M', '360M', '1.7B'].flatMap((size) => [`SmolLM2 ${size}`, `SmolLM2 ${size} Instruct`]);
    const found = catalogue.filter(({ family }) => family === 'SmolLM2');
    expect(found.map(({ name }) => name)).toEqual(sizes);
    expect(found.map(({ chat }) => chat)).toEqual([false, true, false, true, false, true]);
  });

  it('computes GGUF files as they are: the type that suits, its size, and memory as the engine counts it', () => {
    const wasm = { kind: 'wasm', float16: true } as const;
    const rows = catalogueRows([model('SmolLM2 1.7B')], wasm, {
      words: '',
      kind: 'base',
      order: 'name',
      down: false,
    });
    expect(rows).toMatchObject([{ precision: 'Q4_K_M', fits: 'yes' }]);
    // The instruct model's published file, of the same shape, has 1.06 GB.
    expect(rows[0]!.download / 1.06e9).toBeCloseTo(1, 1);
    expect(rows[0]!.memory).toBeGreaterThan(1.13 * 1.7e9);
  });

  it('is found by words, kind and order', () => {
    const wasm = { kind: 'wasm', float16: true } as const;
    const rows = (change: Partial<Parameters<typeof catalogueRows>[2]>) =>
      catalogueRows(catalogue, wasm, { words: '', kind: 'all', order: 'parameters', down: false, ...change });
    expect(rows({})).toHaveLength(catalogue.length);
    expect(rows({})[0]!.model.name).toBe('GPT-2');
    expect(rows({ down: true })[0]!.model.name).toBe('Phi 3.5 mini instruct');
    expect(rows({ words: ' mit  GPT' }).map(({ model }) => model.name)).toEqual(['GPT-2']);
    expect(rows({ kind: 'base' }).every(({ model }) => !model.chat)).toBe(true);
    expect(rows({ order: 'name' }).map(({ model }) => model.name)[0]).toBe('Gemma 3 1B it');
    const memory = rows({ order: 'memory' }).map((row) => row.memory);
    expect(memory).toEqual([...memory].sort((a, b) => a - b));
    const webgpu = catalogueRows(
      catalogue,
      { kind: 'webgpu', float16: true },
      { words: 'qwen3 0.6', kind: 'all', order: 'name', down: false },
    );
    expect(webgpu[0]!.precision).toBe('q4f16');
    expect(rows({ words: 'qwen3 0.6' })[0]!.precision).not.toBe('q4f16');
  });
});

describe('sizes', () => {
  it('are written short', () => {
    expect([bytesText(999), bytesText(98_362_432), bytesText(1_094_000_000)]).toEqual([
      '0.001 MB',
      '98.4 MB',
      '1.09 GB',
    ]);
    expect(aboutBytesText(118_234_567)).toBe('120 MB');
    expect([parametersText(134.5e6), parametersText(1.711e9)]).toEqual(['135M', '1.7B']);
  });

  it('tell how fast bytes come', () => {
    let now = 0;
    const meter = createMeter(() => now, 100e6);
    meter({ stage: 'Downloading', done: 0, total: 100e6, unit: 'bytes' });
    now = 2000;
    const { rate, secondsLeft } = meter({ stage: 'Downloading', done: 20e6, total: 100e6, unit: 'bytes' });
    expect(describeRate(rate!)).toBe('10.0 MB/s');
    expect(secondsLeft).toBe(8);
  });
});

describe('a repository', () => {
  const repository = 'onnx-community/Qwen3-0.6B-ONNX';

  it.each([
    [repository, { repository }],
    [`  ${repository}/ `, { repository }],
    [`${repository}@v1.0`, { repository, revision: 'v1.0' }],
    [`https://huggingface.co/${repository}`, { repository }],
    [`https://huggingface.co/${repository}/tree/main`, { repository, revision: 'main' }],
    [`https://hf-mirror.example/${repository}?library=x#y`, { repository }],
    [`huggingface.co/${repository}`, { repository }],
    [
      `https://huggingface.co/${repository}/blob/main/onnx/model_q4.onnx`,
      { repository, revision: 'main', file: 'onnx/model_q4.onnx' },
    ],
    [
      'https://huggingface.co/a/b-GGUF/resolve/abc123/b-Q4_K_M.gguf?download=true',
      { repository: 'a/b-GGUF', revision: 'abc123', file: 'b-Q4_K_M.gguf' },
    ],
  ])('is read from what a person writes: %s', (text, expected) => {
    expect(parseHubName(text)).toEqual(expected);
  });

  it.each([
    '',
    'gpt2',
    'a/b/c',
    'a b/c',
    '../etc/passwd',
    'a/b@../c',
    'https://huggingface.co/datasets/a/b',
    '<img src=x>/b',
    'https://huggingface.co/a/b/blob/main/../x.onnx',
  ])('is refused with the way to write it: %s', (text) => {
    expect(() => parseHubName(text)).toThrow(/Write a repository as owner\/name/);
  });
});

describe('a mirror', () => {
  it.each([
    ['', undefined],
    ['https://huggingface.co/', undefined],
    ['hf-mirror.example', 'https://hf-mirror.example'],
    ['https://hf-mirror.example/hub/', 'https://hf-mirror.example/hub'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ])('is taken: %s', (text, expected) => {
    expect(parseHost(text)).toBe(expected);
  });

  it.each([
    'http://hf-mirror.example',
    'ftp://hf-mirror.example',
    'javascript:alert(1)',
    'https://user:pass@hf.example',
    'https://hf.example/?x=1',
    'not a host',
  ])('is refused: %s', (text) => {
    expect(() => parseHost(text)).toThrow(/https/);
  });
});

/** A folder as the browser hands it to a page: entries in parts, the last one empty. */
function folder(name: string, entries: readonly object[]): object {
  return {
    name,
    isFile: false,
    createReader() {
      const parts = [entries.slice(0, 1), entries.slice(1), []];
      return { readEntries: (resolve: (some: object[]) => void) => resolve([...parts.shift()!]) };
    },
  };
}

const entry = (name: string) => ({
  name,
  isFile: true,
  file: (resolve: (file: File) => void) => resolve(file(name)),
});

const dropOf = (entries: readonly (object | null)[], files: readonly File[] = []) =>
  ({
    items: entries.map((each) => ({ kind: 'file', webkitGetAsEntry: () => each })),
    files,
  }) as unknown as DataTransfer;

describe('files', () => {
  it('of a dropped folder come with those in its folders, without hidden ones', async () => {
    const dropped = dropOf([
      folder('model', [
        entry('config.json'),
        entry('.DS_Store'),
        folder('onnx', [entry('model.onnx'), entry('model.onnx_data')]),
        folder('.git', [entry('HEAD')]),
      ]),
      entry('more.txt'),
    ]);
    expect((await droppedFiles(dropped)).map(({ path }) => path)).toEqual([
      'model/config.json',
      'model/onnx/model.onnx',
      'model/onnx/model.onnx_data',
      'more.txt',
    ]);
  });

  it('come one by one where the browser tells no folders', async () => {
    expect((await droppedFiles(dropOf([null], [file('a.gguf')]))).map(({ path }) => path)).toEqual([
      'a.gguf',
    ]);
  });

  it('are no more than a model has', async () => {
    const many = Array.from({ length: 2001 }, (_, i) => entry(`${i}`));
    await expect(droppedFiles(dropOf([folder('disk', many)]))).rejects.toThrow(/more than 2000/);
  });

  it('of a picker have the path in their folder', () => {
    const inFolder = Object.defineProperty(file('model.onnx'), 'webkitRelativePath', {
      value: 'm/model.onnx',
    });
    const hidden = Object.defineProperty(file('HEAD'), 'webkitRelativePath', { value: 'm/.git/HEAD' });
    expect(pickedFiles([inFolder, hidden, file('a.gguf')]).map(({ path }) => path)).toEqual([
      'm/model.onnx',
      'a.gguf',
    ]);
  });

  it('are a model where there is a GGUF file or a graph among them', () => {
    const named = (...paths: string[]) => paths.map((path) => ({ path, file: file(path) }));
    expect(modelIn(named('run.json'))).toBeUndefined();
    const parts = named('m-00001-of-00002.gguf', 'm-00002-of-00002.gguf');
    expect(modelIn([...parts, ...named('README.md')])).toEqual({ kind: 'files', files: parts });
    const folder = named('m/config.json', 'm/onnx/model.onnx');
    expect(modelIn(folder)).toEqual({ kind: 'files', files: folder });
  });
});
