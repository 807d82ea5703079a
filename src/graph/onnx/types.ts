/** A data file beside an edited model, as ONNX Runtime takes it. `data` is a view, never a copy of weights. */
export interface ExternalData {
  readonly path: string;
  readonly data: Uint8Array;
}

/** A model that ONNX Runtime can load: the proto and the data files that its initialisers point into. */
export interface OnnxModel {
  readonly proto: Uint8Array;
  readonly externalData: readonly ExternalData[];
}

/** One layer's down projection, as found in a graph. */
export interface DownProjection {
  readonly layer: number;
  /** Neurons (columns of W_down). */
  readonly width: number;
  /** Size of the residual stream. */
  readonly hidden: number;
  /** Name of the projecting node and its operator: where it was found. */
  readonly node: string;
  readonly op: string;
}

export type FloatType = 'float32' | 'float16';

/** Layers in stages that a run may leave out, by name. */
export interface LayerStages {
  readonly stages: readonly {
    /** The first layer of the stage. */
    readonly layer: number;
    /** Graph outputs of its cache. */
    readonly caches: readonly string[];
  }[];
  /** Graph outputs [lanes, length, hidden] that hold what the next stage takes, in the order of the inputs `RESUMED`. */
  readonly carried: readonly [residual: string, normed: string];
}

/** What `instrument` added to a graph, by name. All layers share one capture tensor; `offset` says where a layer starts. */
export interface NeuronGraph {
  readonly layers: readonly (DownProjection & {
    /** Start of this layer in the last axis of `activations`. */
    readonly offset: number;
    /** Graph input [lanes, 1, width] that multiplies the down projection's input; of a graph without a cache also [lanes, length, width]. */
    readonly scaleInput: string;
    readonly scaleType: FloatType;
    /** L2 norm of every column of the (dequantised) down projection, [width]. */
    readonly columnNorms: Float32Array;
  })[];
  /** Neurons of all layers together. */
  readonly total: number;
  /** Graph output, float32 [lanes, captured, total]: inputs z of the down projections before scaling. */
  readonly activations: 'neuron_z';
  /** Graph output, float32 [lanes, captured, layers]: L2 norms of the down projections' outputs, without bias. */
  readonly outputNorms: 'neuron_out_norm';
  /** Graph input, int64 [captured]: positions of this run (0-based in the chunk) whose activations are wanted. */
  readonly capturePositions: 'capture_positions';
  /** Graph input, int64 [n]: positions of this run whose logits are wanted. */
  readonly logitPositions: 'logit_positions';
  /** Where layers were put into stages. */
  readonly stages?: LayerStages;
}
