import { EngineError } from '../../lib/errors.ts';
import { captureNames, captureNeurons } from './capture.ts';
import { detectDownProjections } from './down-projections.ts';
import { editGraph } from './edit.ts';
import { checkDataFiles, pointIntoFile } from './external.ts';
import { promptInput } from './graph.ts';
import { logitPositions, pickLogits } from './logits.ts';
import { decodeModel, encodeModel, type ModelProto, opsetVersion } from './model.ts';
import { addRowShape, scaleLayer } from './scale.ts';
import { type StageCut, stageLayers } from './stages.ts';
import type { ExternalData, NeuronGraph, OnnxModel } from './types.ts';
import { columnNorms } from './weights.ts';

/** An edited graph, and the names and facts by which its neurons are read and scaled. */
export interface Instrumented {
  readonly model: OnnxModel;
  readonly graph: NeuronGraph;
}

export interface InstrumentOptions {
  /** Inputs that one Concat may have; WebGPU allows 7 and a few more, the default; WASM any number. */
  readonly maxConcatInputs?: number;
  /** Column norms of the down projections by layer, [width] each, where they are known; else they come from the weights. */
  readonly columnNorms?: readonly Float32Array[];
  /** Where layers are put into stages that a run may leave out, as `stageLayers` takes them; of a float32 graph with a cache. */
  readonly stages?: readonly StageCut[];
}

/** The oldest operator set that is edited: Gemm without bias and Slice with inputs need it. */
const oldestOpset = 11;

function checkEditable(model: ModelProto): void {
  if (opsetVersion(model) < oldestOpset) {
    throw new EngineError(
      'unsupported-model',
      `The model uses an ONNX operator set older than ${oldestOpset}; export it again.`,
    );
  }
  if (model.graph?.input.some(({ name }) => name === captureNames.capturePositions)) {
    throw new EngineError('bad-input', 'The model has neuron outputs already; choose the original export.');
  }
}

/**
 * Gives a model inputs that scale every MLP neuron and outputs that show them (see `NeuronGraph`), and lets only
 * chosen positions reach the language-model head. With all scales 1 and all positions chosen it computes what it did.
 * A model given as a file's bytes is not copied: its large weights are read from `source` itself, which becomes one of
 * the data files. `externalData` are the model's own data files.
 * @throws EngineError `unsupported-model` where the down projections are not found, `bad-input` for damaged or missing files
 */
export function instrument(
  source: ModelProto | Uint8Array,
  externalData: readonly ExternalData[],
  options: InstrumentOptions = {},
): Instrumented {
  const model = source instanceof Uint8Array ? decodeModel(source) : source;
  checkEditable(model);
  const { index, projections, layers } = detectDownProjections(model);
  const prompt = promptInput(index.graph);
  if (!prompt) {
    throw new EngineError(
      'unsupported-model',
      'The model has no input for token ids; choose a decoder language model.',
    );
  }
  checkDataFiles(model, externalData);

  // Without a cache the whole sequence is read at each run: prompt and answer then have factors of their own.
  const hasCache = index.graph.input.some(({ name }) => name.startsWith('past'));
  const frame = { prompt: prompt.name, lanes: prompt.lanes, steps: hasCache ? 1 : 'scaled_positions' };
  const edit = editGraph(index.graph);
  if (layers.some(({ projection }) => index.rank(projection.activation) !== 3)) addRowShape(edit, frame);
  const values = layers.map((layer) => scaleLayer(index, edit, layer, frame));
  const hidden = layers[0]?.hidden ?? 0;
  const total = layers.reduce((sum, { width }) => sum + width, 0);
  captureNeurons(edit, values, {
    lanes: prompt.lanes,
    hidden,
    total,
    maxInputs: Math.max(2, options.maxConcatInputs ?? 7),
    opset: opsetVersion(model),
  });
  pickLogits(index, edit, projections);

  const norms = options.columnNorms ?? layers.map(({ projection }) => columnNorms(projection, externalData));
  const edited = edit.apply(model);
  const captured = values.flatMap(({ z, output }, at) => [
    [z, layers[at].width] as const,
    [output, hidden] as const,
  ]);
  const stages =
    options.stages &&
    stageLayers(
      edited,
      { prompt: prompt.name, lanes: prompt.lanes, hidden },
      options.stages,
      new Map(captured),
    );
  const file = source instanceof Uint8Array ? pointIntoFile(edited, source, externalData) : undefined;
  let offset = 0;
  const described = layers.map(({ layer, width, hidden, node, op }) => {
    const { scaleInput, scaleType } = values[layer]!;
    const norm = norms[layer];
    if (norm?.length !== width) {
      throw new EngineError(
        'internal',
        `Layer ${layer} has ${width} neurons, but ${norm?.length ?? 0} column norms were given.`,
      );
    }
    const start = offset;
    offset += width;
    return { layer, width, hidden, node, op, offset: start, scaleInput, scaleType, columnNorms: norm };
  });
  return {
    model: { proto: encodeModel(edited), externalData: file ? [...externalData, file] : externalData },
    graph: { layers: described, total, logitPositions, stages, ...captureNames },
  };
}
