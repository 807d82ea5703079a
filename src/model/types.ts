import type { ModelIdentity } from '../neurons/identity.ts';
import type { WeightSignature } from '../neurons/signature.ts';
import type { NeuronLayout, NeuronRef } from '../neurons/types.ts';
import type { NeuronGraph } from '../onnx/types.ts';
import type { Runtime, Session } from '../runtime/types.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Text to token ids and back. */
export interface TextCodec {
  /** Token ids of text in which special tokens may be written out, as a chat template writes them. */
  encode(text: string, options: { readonly addBos: boolean }): number[];
  /** Text of ids; special tokens are written out. */
  decode(ids: readonly number[]): string;
  /** Bytes that a token stands for, in vocabularies of bytes; undefined for other tokens and rows without a name. */
  bytes(id: number): readonly number[] | undefined;
}

/** A model that is ready to run: an instrumented session, its tokenizer and what is known of it. */
export interface LanguageModel {
  readonly name: string;
  readonly architecture: string;
  /** A short name for the tensors' descriptions and some of their bytes; what tells models apart is `identity`. */
  readonly fingerprint: string;
  readonly identity: ModelIdentity;
  /** Alike for files of the same weights in different precision. */
  readonly signature: WeightSignature;
  readonly contextLength: number;
  readonly vocabulary: number;
  readonly eosIds: ReadonlySet<number>;
  readonly codec: TextCodec;
  /** Jinja source of the chat template, if the model has one. */
  readonly chatTemplate: string | undefined;
  /** A raw text starts with the token for the beginning of a sequence. */
  readonly addBos: boolean;
  readonly bosToken: string;
  readonly eosToken: string;
  /** How the weights are held, for people. */
  readonly precision: string;
  readonly runtime: Runtime;
  readonly session: Session;
  readonly neurons: NeuronGraph;
  /** Size of an attention head, where the graph's cache inputs leave it open. */
  readonly headDim: number | undefined;
  /** A cache with room for more positions is continued in place where it is given as output, too. */
  readonly continuesCacheInPlace: boolean;
  /** Rows of a batch would touch each other, so each is run alone: activations are rounded over the whole batch, or the graph takes one row. */
  readonly lanesApart: boolean;
  readonly layout: NeuronLayout;
  /** Direct logit attribution of a neuron, [vocabulary]; undefined where the weights for it are not at hand. */
  readonly attribution: ((ref: NeuronRef) => Promise<Float32Array>) | undefined;
}
