import { EngineError } from '../../lib/errors.ts';
import type { ModelIdentity } from '../../neurons/identity.ts';

/** The parts of an MLP that a neuron has weights in; models without a gate have the other two. */
export type ModuleName = 'gate' | 'up' | 'down';

/** Weights of one module of one layer, read by rows. */
export interface MlpMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Whether a neuron's weights are a row or a column. */
  readonly neuronsAre: 'rows' | 'columns';
  /** Rows from `first` on, [count, columns]. */
  read(first: number, count: number): Promise<Float32Array>;
}

/** The MLP weights of a model in a file, of which only what is asked for is read. */
export interface MlpWeights {
  readonly name: string;
  readonly format: 'GGUF' | 'ONNX';
  readonly architecture: string;
  /** Equal for files with the same tensors; empty where it cannot be told without loading the model. */
  readonly fingerprint: string;
  /** Neurons of every layer. */
  readonly widths: readonly number[];
  /** Size of the residual stream. */
  readonly hidden: number;
  readonly modules: readonly ModuleName[];
  matrix(layer: number, module: ModuleName): Promise<MlpMatrix>;
  /**
   * Expected relative rounding error of the down projections' weights, for the signature.
   * @param columnNorms of the down projections, [width] each
   */
  roundingError(columnNorms: readonly Float32Array[]): Promise<number>;
  /**
   * The model's identity, for which the weights are read that were not read before; nothing where the files that say how
   * it takes texts are not at hand.
   * @throws the signal's reason where it is aborted
   */
  identity(signal?: AbortSignal): Promise<ModelIdentity | undefined>;
}

/** A matrix in memory. */
export function heldMatrix(
  values: Float32Array,
  shape: Pick<MlpMatrix, 'rows' | 'columns' | 'neuronsAre'>,
): MlpMatrix {
  const { columns } = shape;
  return {
    ...shape,
    read: async (first, count) => values.subarray(first * columns, (first + count) * columns),
  };
}

/** The same weights with rows and columns exchanged; reads the whole matrix. */
export async function transposed(matrix: MlpMatrix): Promise<MlpMatrix> {
  const { rows, columns, neuronsAre } = matrix;
  const stored = await matrix.read(0, rows);
  const values = new Float32Array(stored.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      values[column * rows + row] = stored[row * columns + column];
  return heldMatrix(values, {
    rows: columns,
    columns: rows,
    neuronsAre: neuronsAre === 'rows' ? 'columns' : 'rows',
  });
}

const shapeText = ({ widths, hidden }: MlpWeights) => {
  const total = widths.reduce((sum, width) => sum + width, 0);
  return `${widths.length} layers with ${total} neurons and ${hidden} numbers to a token`;
};

/**
 * Refuses two models whose neurons are not the same ones before and after training.
 * @throws EngineError `bad-input` with both names and the difference
 */
export function checkPair(base: MlpWeights, instruct: MlpWeights): void {
  const refuse = (difference: string): never => {
    throw new EngineError(
      'bad-input',
      `${base.name} and ${instruct.name} cannot be compared neuron by neuron: ${difference}; choose the base model that ${instruct.name} was trained from.`,
    );
  };
  if (base.widths.join() !== instruct.widths.join() || base.hidden !== instruct.hidden)
    refuse(`the one has ${shapeText(base)}, the other ${shapeText(instruct)}`);
  if (base.modules.join() !== instruct.modules.join())
    refuse(
      `the MLPs of the one have ${base.modules.join(', ')}, those of the other ${instruct.modules.join(', ')}`,
    );
  // The two formats name architectures differently, as "llama" and "mistral".
  if (base.format === instruct.format && base.architecture !== instruct.architecture)
    refuse(`the one is of the architecture ${base.architecture}, the other of ${instruct.architecture}`);
}
