import { describe, expect, it } from 'vitest';
import { createRunRecord } from '../../../app/explore/state/record.ts';
import { createStores } from '../../../app/explore/state/stores.ts';
import { fileName } from '../../../app/export/download.ts';
import { dataTables } from '../../../app/export/tables.ts';
import { escapeXml } from '../../../app/export/xml.ts';
import { toCsv } from '../../../app/ui/csv.ts';
import type { LoadedModel } from '../../../src/engine/model-info.ts';
import { neuronLayout } from '../../../src/neurons/layout.ts';

describe('CSV', () => {
  it('neutralises what a spreadsheet would run, and leaves numbers alone', () => {
    const cells = ['=1+1', '+cmd', '-a', '@x', '\tx', '-1.5', '+2', '-1e-7', 'a=b', ''];
    expect(
      toCsv(
        ['text'],
        cells.map((cell) => [cell]),
      ).split('\r\n'),
    ).toEqual(['text', "'=1+1", "'+cmd", "'-a", "'@x", "'\tx", '-1.5', '+2', '-1e-7', 'a=b', '', '']);
  });

  it('quotes by RFC 4180 and has no byte-order mark', () => {
    const csv = toCsv(
      ['a', 'b,c'],
      [
        ['say "hi"', 'two\nlines'],
        [1.5, -2],
      ],
    );
    expect(csv).toBe('a,"b,c"\r\n"say ""hi""","two\nlines"\r\n1.5,-2\r\n');
  });

  it('neutralises a formula also where it is quoted', () => {
    expect(toCsv(['a'], [['=HYPERLINK("x","y")']])).toBe('a\r\n"\'=HYPERLINK(""x"",""y"")"\r\n');
  });
});

describe('file names', () => {
  it('are plain letters', () => {
    expect(fileName('All neurons', 'Größe: "><img src=x> ?')).toBe('all-neurons_gro-e-img-src-x');
    expect(fileName('a', '日本語')).toBe('a');
    expect(fileName('../..', 'x'.repeat(99))).toBe('x'.repeat(40));
  });
});

describe('text in pictures', () => {
  it('is literal', () => {
    expect(escapeXml('<b>&"\u0000\ud800😀')).toBe('&lt;b&gt;&amp;&quot;\ufffd\ufffd😀');
  });
});

describe('tables', () => {
  const watched = [{ layer: 1, neuron: 3 }];
  const stores = createStores();
  const layout = neuronLayout([4, 4]);
  stores.model.setState({ model: { name: 'tiny', fingerprint: 'f', layout } as LoadedModel });
  const record = createRunRecord((flush) => flush());
  record.begin(1, [{ lane: 1, key: 'k' }], { layers: 2, bins: 2, watched });
  record.onPrompt({ type: 'prompt', notice: '', tokens: [{ id: 5, text: '=a' }] });
  record.onPosition(1, {
    type: 'position',
    lane: 0,
    position: 0,
    overview: Float32Array.of(0.5, 1, 2, 4),
    profile: Float32Array.of(1.5, 6),
    watched: Float32Array.of(0.25),
  });
  record.onToken(1, {
    type: 'token',
    lane: 0,
    index: 0,
    token: { id: 6, text: 'b' },
    logprob: -0.5,
    entropy: 0.25,
    divergence: 0.125,
    referenceLogprob: -0.75,
    top: [
      { id: 6, text: 'b', logprob: Math.log(0.5) },
      { id: 7, text: 'c', logprob: Math.log(0.25) },
    ],
  });
  const tables = new Map(
    dataTables(stores, record, { lane: 1, position: 0 }).map((table) => [table.id, table]),
  );
  const rowsOf = (id: string) => tables.get(id)?.rows.filter(([lane]) => lane === 'Steered');

  it('tell every answer token', () => {
    expect(tables.get('answers')?.head).toEqual([
      'lane',
      'answer token',
      'position',
      'token id',
      'token',
      'log-probability',
      'log-probability as trained',
      'entropy (nats)',
      'divergence from unsteered (nats)',
    ]);
    expect(rowsOf('answers')).toEqual([['Steered', 1, 1, 6, 'b', -0.5, -0.75, 0.25, 0.125]]);
  });

  it('tell the candidates with their probabilities', () => {
    const rows = rowsOf('next-tokens')!;
    const head = ['lane', 'answer token', 'rank', 'token id', 'token', 'probability', 'chosen'];
    expect(tables.get('next-tokens')?.head).toEqual(head);
    expect(rows.map(([, , rank, id, , , chosen]) => [rank, id, chosen])).toEqual([
      [1, 6, 'yes'],
      [2, 7, 'no'],
    ]);
    expect(rows[1]![5]).toBeCloseTo(0.25);
  });

  it('tell watched neurons and layers at every position', () => {
    expect(tables.get('token-map')?.head).toEqual(['lane', 'position', 'token id', 'token', '1:3']);
    expect(rowsOf('token-map')).toEqual([['Steered', 0, 5, '=a', 0.25]]);
    expect(rowsOf('layers')).toEqual([['Steered', 0, 5, '=a', 1.5, 6]]);
  });

  it('tell the ranges of neurons of the chosen token', () => {
    expect(rowsOf('neuron-map')).toEqual([
      ['Steered', 0, 0, 0, 1, 0.5],
      ['Steered', 0, 0, 2, 3, 1],
      ['Steered', 0, 1, 0, 1, 2],
      ['Steered', 0, 1, 2, 3, 4],
    ]);
  });

  it('leave out what is empty', () => {
    expect(tables.has('doses')).toBe(false);
    expect(tables.has('steering')).toBe(false);
  });
});
