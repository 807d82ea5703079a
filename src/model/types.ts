import type { NeuronGraph } from '../graph/onnx/types.ts';
import type { ModelIdentity } from '../neurons/identity.ts';
import type { WeightSignature } from '../neurons/signature.ts';
import type { NeuronLayout, NeuronRef } from '../neurons/types.ts';
import type { GraphIo } from './graph-io.ts';
import type { Runtime, Session } from './runtime/types.ts';
import type { Text } from './template/text.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

interface EncodeOptions {
  /** Starts with the token for the beginning of a sequence, where the model has one; never with two. */
  readonly addBos: boolean;
  /** Takes control tokens that are written in a plain text for such. Left out, all of a plain text counts as typed. */
  readonly readControls?: boolean;
}

/** Text to token ids and back. */
export interface TextCodec {
  /** Token ids of a text. Control tokens that are written in it are letters like others where it was typed. */
  encode(text: string | Text, options: EncodeOptions): number[];
  /** Text of ids; special tokens are written out, rows without a name add nothing. */
  decode(ids: readonly number[]): string;
  /** The text that a token stands for within others, with its space; empty for a row without a name. */
  token(id: number): string;
  /** Whether a row has a token: some models have more rows than tokens. */
  hasName(id: number): boolean;
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
  /** What was taken otherwise than the files say, in a sentence. */
  readonly notice: string | undefined;
  /** How the weights are held, for people. */
  readonly precision: string;
  readonly runtime: Runtime;
  readonly session: Session;
  readonly neurons: NeuronGraph;
  /** What a run of the graph takes and gives, by name. */
  readonly io: GraphIo;
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
