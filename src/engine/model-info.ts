import type { DeviceKind } from '../model/runtime/types.ts';
import type { ModelIdentity } from '../neurons/identity.ts';
import type { WeightSignature } from '../neurons/signature.ts';
import type { NeuronLayout, NeuronRef } from '../neurons/types.ts';

/** What the page knows of a loaded model. */
export interface LoadedModel {
  readonly name: string;
  readonly architecture: string;
  /** Of the tensors' descriptions and first bytes: two files with the same weights agree. */
  readonly fingerprint: string;
  /** Tells whether weights, tokenizer and chat template are the same; left out of runs recorded before there were identities. */
  readonly identity?: ModelIdentity;
  /** Tells whether another model has the same weights in another precision. */
  readonly signature?: WeightSignature;
  readonly layout: NeuronLayout;
  readonly contextLength: number;
  readonly hasChatTemplate: boolean;
  readonly device: { readonly kind: DeviceKind; readonly threads: number; readonly why: string };
  /** Weights as they run, e.g. "float32" or "8-bit blocks of 32". */
  readonly precision: string;
  readonly fromCache: boolean;
  /** What the person should know of the way it was loaded, in a sentence. */
  readonly notice?: string;
  /** Mean CETT of every neuron over the reference text, flat, [layout.total]. */
  readonly meanCett: Float32Array;
  /** The neurons of the highest mean CETT, highest first. */
  readonly mostActive: readonly NeuronRef[];
}
