import { aboutExportBytes, type CatalogueModel, type CataloguePrecision } from './catalogue.ts';
import { aboutMemory, type DeviceFacts, precisionOn } from './device-facts.ts';

/** A model of the catalogue with what is computed of it for a device. */
export interface CatalogueRow {
  readonly model: CatalogueModel;
  readonly precision: CataloguePrecision;
  /** About, in bytes. */
  readonly download: number;
  readonly memory: number;
}

export type RowOrder = 'name' | 'parameters' | 'neurons' | 'download' | 'memory';
export type RowKind = 'all' | 'chat' | 'base';

const sizeOf: Record<Exclude<RowOrder, 'name'>, (row: CatalogueRow) => number> = {
  parameters: ({ model }) => model.parameters,
  neurons: ({ model }) => model.layers * model.neurons,
  download: ({ download }) => download,
  memory: ({ memory }) => memory,
};

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
  const precision = precisionOn(device);
  const rows = models
    .filter((model) => kind === 'all' || model.chat === (kind === 'chat'))
    .filter(({ name, repository, licence }) => {
      const text = `${name} ${repository} ${licence}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .map((model) => ({
      model,
      precision,
      download: aboutExportBytes(model, precision),
      memory: aboutMemory(model, device),
    }))
    .sort(compare(order));
  return down ? rows.reverse() : rows;
}
