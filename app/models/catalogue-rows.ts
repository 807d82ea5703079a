import { type Fit, fitOf, type ModelFacts } from '../../src/model/fit.ts';
import type { DeviceFacts } from '../../src/model/runtime/device-facts.ts';
import { suggest } from '../../src/model/suggest.ts';
import {
  aboutExportBytes,
  aboutGgufBytes,
  type CatalogueModel,
  type CataloguePrecision,
  type CatalogueType,
} from './catalogue.ts';

/** A model of the catalogue with what is computed of it for a device. */
export interface CatalogueRow {
  readonly model: CatalogueModel;
  /** The one that suits the device; of GGUF files the type of their weights. */
  readonly precision: CataloguePrecision | CatalogueType;
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

/** Types of weights that nearly all GGUF repositories have and that are read here. */
const usualTypes = ['Q8_0', 'Q4_K_M'] as const satisfies readonly CatalogueType[];

/** What is usually offered of a model, as the engine knows it before it asks the Hub. */
function usualOffers(model: CatalogueModel): { precision: CatalogueRow['precision']; facts: ModelFacts }[] {
  const { format, parameters, vocabulary, hidden } = model;
  const sized = (bytes: number) => ({ weightBytes: bytes, toFetch: bytes, parameters, vocabulary, hidden });
  if (format === 'gguf')
    return usualTypes.map((type) => ({
      precision: type,
      facts: { format, quantisation: type, ...sized(aboutGgufBytes(model, type)) },
    }));
  return usual.map((precision) => ({
    precision,
    facts: { format, precision, ...sized(aboutExportBytes(model, precision)) },
  }));
}

/** What the engine would say of a model's usual exports. */
export function catalogueRow(model: CatalogueModel, device: DeviceFacts): CatalogueRow {
  const offers = usualOffers(model);
  const fits = offers.map(({ facts }) => ({ model: facts, fit: fitOf(facts, device) }));
  const { index } = suggest(fits, device, model.repository);
  const { fit, model: facts } = fits[index]!;
  const { precision } = offers[index]!;
  return { model, precision, download: facts.weightBytes, memory: fit.memoryBytes, fits: fit.fits };
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
    .map((model) => catalogueRow(model, device))
    .sort(compare(order));
  return down ? rows.reverse() : rows;
}
