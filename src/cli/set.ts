import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { EngineError } from '../lib/errors.ts';
import { kindOfFile, textOf } from '../neurons/formats/detect.ts';
import type { Signs } from '../neurons/formats/found.ts';
import { readNeuronSet } from '../neurons/formats/read.ts';
import { type SetFormat, setFormats, writeNeuronSet } from '../neurons/formats/write.ts';
import { formatNeuron } from '../neurons/layout.ts';
import { type NeuronSet, parseNeuronSet } from '../neurons/set-file.ts';
import { checkSetModel } from '../neurons/set-model.ts';
import { fileError, writeWhole } from '../node/files.ts';
import { DEFAULT_MODEL, openLanguageModel } from '../node/open-model.ts';
import { labelOf } from '../studies/identify/detectors/registry.ts';

export interface SetOptions {
  /** Model of the neurons; the default model where the file does not say it. */
  readonly model?: string;
  /** Format to write; that of the ending of `out` where it is left out. */
  readonly to?: SetFormat;
  readonly out?: string;
  readonly allSigns?: boolean;
  readonly intercept?: number;
}

export interface SetReport {
  readonly set: NeuronSet;
  /** How the named model differs from the one that the set was found in. */
  readonly note?: string;
  /** What was written to the standard output in place of a report. */
  readonly written?: string;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw fileError(cause, path);
  });
}

function isOwn(bytes: Uint8Array, path: string): boolean {
  return (
    kindOfFile(bytes, basename(path)) === 'text' &&
    /"format"\s*:\s*"h-neuron-set"/.test(textOf(bytes, path).text)
  );
}

type ReadSet = Pick<SetReport, 'set' | 'note'>;

/** The set in a file; the model is opened only where it is named, or where the file does not say of which it is. */
async function readSet(path: string, options: SetOptions): Promise<ReadSet> {
  const bytes = await bytesOf(path);
  if (options.model === undefined && isOwn(bytes, path))
    return { set: parseNeuronSet(textOf(bytes, path).text) };
  const model = await openLanguageModel(options.model ?? DEFAULT_MODEL, 'native');
  try {
    const signs: Signs = options.allSigns ? 'all' : 'positive';
    const set = readNeuronSet(bytes, basename(path), model.layout, model, {
      created: new Date().toISOString(),
      signs,
      intercept: options.intercept,
    });
    return { set, note: checkSetModel(set, { ...model, widths: model.layout.widths }) };
  } finally {
    await model.session.release();
  }
}

function formatOf({ to, out }: SetOptions): SetFormat | undefined {
  if (to !== undefined || out === undefined) return to;
  const ending = extname(out).slice(1).toLowerCase();
  const format = setFormats.find((each) => each === ending);
  if (format) return format;
  throw new EngineError(
    'bad-input',
    `${out} does not end in a format that can be written (${setFormats.map((each) => `.${each}`).join(', ')}); name it with --to.`,
  );
}

/** Reads a neuron set in any format and, where one is named, writes it in another. */
export async function runSet(path: string, options: SetOptions): Promise<SetReport> {
  const format = formatOf(options);
  const isBinary = format === 'npy' || format === 'npz';
  if (isBinary && options.out === undefined)
    throw new EngineError('bad-input', `--to ${format} is not text; name its file with --out.`);
  const { set, note } = await readSet(path, options);
  if (format === undefined) return { set, note };
  const bytes = writeNeuronSet(set, format);
  if (options.out === undefined) return { set, note, written: new TextDecoder().decode(bytes) };
  await writeWhole(options.out, bytes);
  return { set, note };
}

/** What a set holds, for people. */
export function setText({
  name,
  model,
  neurons,
  intercept,
  feature,
  provenance,
  metrics,
  detectors = {},
}: NeuronSet): string {
  const layers = new Map<number, number>();
  for (const { layer } of neurons) layers.set(layer, (layers.get(layer) ?? 0) + 1);
  const byLayer = [...layers].sort(([a], [b]) => a - b).map(([layer, count]) => `${layer} (${count})`);
  const weighted = neurons.some(({ weight }) => weight !== undefined);
  const most = [...neurons].sort((a, b) => Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0)).slice(0, 10);
  const shown = (metric: NeuronSet['metrics'][string]) =>
    typeof metric === 'number'
      ? String(metric)
      : `${metric.value.toFixed(3)} (${metric.low.toFixed(3)} to ${metric.high.toFixed(3)})`;
  return [
    `${name}: ${neurons.length} neurons of ${model.name} (${model.layers} layers, ${model.widths.reduce((a, b) => a + b, 0)} neurons)`,
    `  layers (neurons): ${byLayer.join(', ')}`,
    weighted
      ? `  largest weights: ${most.map(({ weight = 0, ...neuron }) => `${formatNeuron(neuron)} ${weight.toPrecision(3)}`).join(', ')}`
      : '  no weights',
    intercept === undefined ? '  no intercept, so no probability' : `  intercept ${intercept.toPrecision(4)}`,
    `  feature: ${feature.aggregation} of CETT where tokens are ${feature.position}`,
    `  from: ${provenance.command}, questions: ${provenance.questions}, ${provenance.created}`,
    ...(provenance.notes === undefined ? [] : [`  note: ${provenance.notes}`]),
    ...Object.entries(metrics).map(([key, metric]) => `  ${key}: ${shown(metric)}`),
    ...Object.entries(detectors).map(([id, { auroc }]) => `  AUROC, ${labelOf(id)}: ${shown(auroc)}`),
  ].join('\n');
}
