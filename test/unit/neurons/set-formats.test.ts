import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/lib/errors.ts';
import { readNpy } from '../../../src/neurons/formats/npy.ts';
import { type ReadSetOptions, readNeuronSet } from '../../../src/neurons/formats/read.ts';
import { setFormats, writeNeuronSet } from '../../../src/neurons/formats/write.ts';
import { neuronLayout } from '../../../src/neurons/layout.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';

const folder = new URL('../../fixtures/neuron-sets/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

/** As make.py wrote it. */
interface Expected {
  readonly layers: number;
  readonly width: number;
  readonly intercept: number;
  readonly coefficients: readonly (readonly [number, number, number])[];
  readonly npy: readonly number[];
}

const expected: Expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));
const layout = neuronLayout(Array.from({ length: expected.layers }, () => expected.width));
const model = { name: 'tiny', architecture: 'llama', fingerprint: 'abc' };
const options: ReadSetOptions = { created: '2025-01-31T12:00:00Z' };
const all = expected.coefficients.map(([layer, neuron, weight]) => ({ layer, neuron, weight }));
const positive = all.filter(({ weight }) => weight > 0);

const read = (bytes: Uint8Array | string, name: string, more: Partial<ReadSetOptions> = {}) =>
  readNeuronSet(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes, name, layout, model, {
    ...options,
    ...more,
  });
const refusal = (bytes: Uint8Array | string, name: string) => {
  try {
    read(bytes, name);
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    expect((error as EngineError).code).toBe('bad-input');
    return (error as EngineError).message;
  }
  throw new Error(`${name} was not refused`);
};

test('the fixtures hold both signs, zeros and an intercept', () => {
  expect(positive.length).toBeGreaterThan(1);
  expect(all.length).toBeGreaterThan(positive.length);
  expect(all.length).toBeLessThan(layout.total);
  expect(expected.intercept).not.toBe(0);
});

describe('NumPy files', () => {
  test.each([
    'f8-row.npy',
    'f8-flat.npy',
    'f8-big-endian.npy',
    'grid.npy',
    'grid-fortran.npy',
    'column.npy',
    'version-2.npy',
  ])('%s gives the neurons with a positive weight, and with all signs all others that are not 0', (name) => {
    const set = read(fixture(name), name);
    expect(set.neurons).toEqual(positive);
    expect(set.intercept).toBeUndefined();
    expect(set.provenance.notes).toContain('with a negative weight');
    expect(set.provenance.notes).toContain('no intercept');
    expect(read(fixture(name), name, { signs: 'all' }).neurons).toEqual(all);
  });

  test.each(['f4.npy', 'f4-big-endian.npy'])('%s gives the same in float32', (name) => {
    const { neurons } = read(fixture(name), name);
    expect(neurons).toEqual(positive.map((neuron) => ({ ...neuron, weight: Math.fround(neuron.weight) })));
  });

  test('an .npz, stored or deflated, gives the intercept, too', () => {
    for (const name of ['stored.npz', 'deflated.npz']) {
      const set = read(fixture(name), name);
      expect(set.neurons).toEqual(positive);
      expect(set.intercept).toBe(expected.intercept);
      expect(set.provenance.notes).toContain('the probability is higher than');
      const whole = read(fixture(name), name, { signs: 'all', intercept: 9 });
      expect(whole.neurons).toEqual(all);
      expect(whole.intercept).toBe(expected.intercept);
      expect(whole.provenance.notes).toBeUndefined();
    }
    expect(read(fixture('unnamed.npz'), 'unnamed.npz').neurons).toEqual(positive);
    expect(read(fixture('unnamed.npz'), 'unnamed.npz', { intercept: -1 }).intercept).toBe(-1);
  });

  test('the set is of the model that it is read for, and says where it comes from', () => {
    expect(read(fixture('stored.npz'), 'results/stored.npz')).toMatchObject({
      name: 'stored',
      model: { ...model, layers: expected.layers, widths: layout.widths },
      feature: { aggregation: 'mean', position: 'read' },
      provenance: { created: options.created, command: 'import of results/stored.npz' },
    });
  });

  test('bytes are those that numpy.save writes', () => {
    const set = read(fixture('stored.npz'), 'stored.npz', { signs: 'all' });
    expect([...writeNeuronSet(set, 'npy')]).toEqual(expected.npy);
    const entries = unzipSync(writeNeuronSet(set, 'npz'));
    expect(Object.keys(entries)).toEqual(['coef.npy', 'intercept.npy']);
    expect([...entries['coef.npy']]).toEqual(expected.npy);
    expect(readNpy(entries['intercept.npy'], 'intercept')).toEqual({
      shape: [1],
      values: Float64Array.of(expected.intercept),
    });
  });

  test('a vector of another length is refused with both numbers', () => {
    const other = neuronLayout([5, 5, 5, 5]);
    expect(() => readNeuronSet(fixture('f8-row.npy'), 'f8-row.npy', other, model, options)).toThrow(
      'f8-row.npy has 15 coefficients, but this model has 20 neurons (4 layers); load the model that the classifier was trained on.',
    );
    expect(() => readNeuronSet(fixture('stored.npz'), 'stored.npz', other, model, options)).toThrow(
      'stored.npz has 15 coefficients, but this model has 20 neurons',
    );
  });

  test.each([
    ['objects.npy', /^objects\.npy holds Python objects; save it as float64/],
    ['integers.npy', /holds entries of the type <i8; save it as float64/],
    [
      'two-rows.npy',
      /has an array of the shape \(2, 15\), but the coefficients of one classifier are one row of 15/,
    ],
    ['several.npz', /has the arrays "a", "b2", none of which is named "coef"/],
  ])('%s is refused with the reason', (name, message) => {
    expect(refusal(fixture(name), name)).toMatch(message);
    expect(refusal(fixture(name), name)).toMatch(/^[^\n]*\.$/);
  });

  test('a file that is cut off is refused wherever it ends', () => {
    for (const name of ['f8-row.npy', 'version-2.npy', 'stored.npz', 'deflated.npz']) {
      const bytes = fixture(name);
      for (let length = 8; length < bytes.length; length += 7)
        expect(refusal(bytes.subarray(0, length), name)).toMatch(
          /cut off|damaged|cannot be read|zip archive without/,
        );
    }
  });

  test('NaN, infinity and only zeros are refused', () => {
    const bytes = fixture('f8-flat.npy');
    const view = new DataView(bytes.buffer);
    const start = bytes.length - 8 * layout.total;
    view.setFloat64(start + 16, Number.NaN, true);
    expect(refusal(bytes, 'a.npy')).toBe(
      'a.npy has the coefficient NaN at index 2; all must be finite numbers.',
    );
    bytes.fill(0, start);
    expect(refusal(bytes, 'a.npy')).toBe('a.npy has only coefficients of 0, so it names no neurons.');
    view.setFloat64(start, -1, true);
    expect(refusal(bytes, 'a.npy')).toContain('1 has a negative weight, which speaks for a right answer');
  });

  test.each(['detector.pkl', 'detector.joblib'])(
    '%s is not opened; the line that exports it is named',
    (name) => {
      expect(refusal(fixture(name), name)).toContain(
        `is a Python pickle, which is a program and not opened here; export its coefficients with: python -c "import joblib, numpy; m = joblib.load('${name}'); numpy.savez('detector.npz', coef=m.coef_, intercept=m.intercept_)"`,
      );
      expect(refusal(fixture(name), `x'); import os; os.system('rm -rf .').pkl`)).not.toContain("load('x')");
    },
  );

  test('a pickle under another name, and other binary files, are refused', () => {
    expect(refusal(fixture('detector.pkl'), 'coef.json')).toContain('is a Python pickle');
    expect(refusal(Uint8Array.of(0x89, 0x48, 0, 0), 'a.csv')).toContain('neither text nor a NumPy file');
    expect(refusal(Uint8Array.of(0x41, 0x01, 0xff), 'a.csv')).toContain('not text in UTF-8');
  });
});

describe('what is written is read again', () => {
  const classifier: NeuronSet = {
    ...read(fixture('stored.npz'), 'stored.npz'),
    name: '=HYPERLINK("x"), "quoted"',
  };
  const { intercept: _, ...ranked } = classifier;
  const plain: NeuronSet = { ...ranked, neurons: positive.map(({ layer, neuron }) => ({ layer, neuron })) };

  test.each(setFormats)('as %s: neurons, weights and, but for .npy, the intercept', (format) => {
    const again = read(writeNeuronSet(classifier, format), `set.${format}`);
    expect(again.neurons).toEqual(classifier.neurons);
    expect(again.intercept).toBe(format === 'npy' ? undefined : classifier.intercept);
    expect(again.name).toBe(format === 'json' || format === 'csv' ? classifier.name : 'set');
    expect(read(writeNeuronSet(ranked, format), `set.${format}`).neurons).toEqual(classifier.neurons);
    expect(read(writeNeuronSet(ranked, format), `set.${format}`).intercept).toBeUndefined();
  });

  test('a set without weights keeps its neurons; in a vector they have 1', () => {
    for (const format of setFormats) {
      const weight = format === 'json' || format === 'csv' ? {} : { weight: 1 };
      const wanted = plain.neurons.map((neuron) => ({ ...neuron, ...weight }));
      expect(read(writeNeuronSet(plain, format), `set.${format}`).neurons).toEqual(wanted);
    }
  });

  test('own JSON is read as it is, also with negative weights', () => {
    const mixed: NeuronSet = { ...classifier, neurons: all, metrics: { auroc: 0.8 } };
    expect(read(writeNeuronSet(mixed, 'json'), 'set.json')).toEqual(mixed);
    expect(
      refusal(writeNeuronSet({ ...mixed, model: { ...mixed.model, widths: [5, 5, 6] } }, 'json'), 'a'),
    ).toContain('the one has 3 layers of 16 neurons together, the other 3 layers of 5 neurons');
  });

  test('a cell that a spreadsheet would run is neutralised, numbers stay numbers', () => {
    const csv = new TextDecoder().decode(
      writeNeuronSet(
        { ...classifier, neurons: [{ layer: 1, neuron: 2, weight: -1.5e-7 }], intercept: -2 },
        'csv',
      ),
    );
    expect(csv).toBe(
      `layer,neuron,weight,intercept,set,model\r\n1,2,-1.5e-7,-2,"'=HYPERLINK(""x""), ""quoted""",tiny\r\n`,
    );
    for (const start of ['+1', '-a', '@x'])
      expect(new TextDecoder().decode(writeNeuronSet({ ...plain, name: start }, 'csv'))).toContain(
        `"'${start}"`,
      );
  });

  test('a set that is not valid is not written', () => {
    expect(() => writeNeuronSet({ ...plain, intercept: Number.NaN }, 'npz')).toThrow(EngineError);
    expect(() => writeNeuronSet({ ...plain, neurons: [{ layer: 9, neuron: 0 }] }, 'csv')).toThrow(
      'There is no neuron 9:0',
    );
  });
});

test('a file over the limit is refused with the limit', () => {
  expect(refusal(new Uint8Array(17 * 2 ** 20).fill(32), 'a.csv')).toBe(
    'The neuron set is over the limit of 16 MB (17.0 MB).',
  );
  expect(refusal('', 'a.csv')).toBe('a.csv is empty.');
});
