import { fitOf } from '../../src/model/fit.ts';
import { suggest } from '../../src/model/suggest.ts';
import type { Fit } from '../../src/protocol/messages.ts';
import type { DeviceFacts } from '../../src/runtime/device-facts.ts';
import { aboutExportBytes, type CatalogueModel, type CataloguePrecision } from './catalogue.ts';

/** A model of the catalogue with what is computed of it for a device. */
export interface CatalogueRow {
  readonly model: CatalogueModel;
  /** The one that suits the device. */
  readonly precision: CataloguePrecision;
  /** About, in bytes. */
  readonly download: number;
  readonly memory: number;
  readonly fits: Fit['fits'];
}

export type RowOrder = 'name' | 'parameters' | 'neurons' | 'download' | 'memory';
export type RowKind = 'all' | 'chat' | 'base';

const sizeOf: Record<Exclude<RowOrder, 'name'>, (row: CatalogueRow) => number> = {
  parameters: ({ model }) => model.parameters,
  neurons: ({ model }) => model.layers * model.neurons,
  download: ({ download }) => download,
  memory: ({ memory }) => memory,
};

/** Precisions that nearly all exports of the Hub have. */
const usual = ['fp32', 'fp16', 'q8', 'q4', 'q4f16'] as const satisfies readonly CataloguePrecision[];

/** What the engine would say of a model's usual exports. */
function rowOf(model: CatalogueModel, device: DeviceFacts): CatalogueRow {
  const { parameters, vocabulary, hidden } = model;
  const offers = usual.map((precision) => {
    const bytes = aboutExportBytes(model, precision);
    const facts = { format: 'onnx', precision, parameters, vocabulary, hidden } as const;
    const known = { ...facts, weightBytes: bytes, toFetch: bytes };
    return { model: known, fit: fitOf(known, device) };
  });
  const { model: chosen, fit } = offers[suggest(offers, device, model.repository).index]!;
  const { precision, weightBytes } = chosen;
  return { model, precision, download: weightBytes, memory: fit.memoryBytes, fits: fit.fits };
}

/** Rows in an order; equal ones by name. */
function compare(order: RowOrder): (a: CatalogueRow, b: CatalogueRow) => number {
  const byName = (a: CatalogueRow, b: CatalogueRow) =>
    a.model.name.localeCompare(b.model.name, 'en', { numeric: true });
  if (order === 'name') return byName;
  return (a, b) => sizeOf[order](a) - sizeOf[order](b) || byName(a, b);
}

/** The catalogue's models that have these words in name, repository or licence, for a device. */
export function catalogueRows(
  models: readonly CatalogueModel[],
  device: DeviceFacts,
  { words, kind, order, down }: { words: string; kind: RowKind; order: RowOrder; down: boolean },
): CatalogueRow[] {
  const wanted = words.toLowerCase().split(/\s+/);
  const rows = models
    .filter((model) => kind === 'all' || model.chat === (kind === 'chat'))
    .filter(({ name, repository, licence }) => {
      const text = `${name} ${repository} ${licence}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .map((model) => rowOf(model, device))
    .sort(compare(order));
  return down ? rows.reverse() : rows;
}
