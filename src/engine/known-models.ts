/** What a device must compute for the reference text with a model that is known: the likeliest next tokens. */
export interface KnownModel {
  readonly name: string;
  readonly fingerprint: string;
  /** The likeliest tokens behind `REFERENCE_TEXT`, likeliest first, with natural logarithms of their probabilities. */
  readonly top: readonly { readonly id: number; readonly logprob: number }[];
}

/**
 * Recorded with the native runtime in float32. The unit test of the default model computes them again and prints them
 * where they differ, for example after a change of the text.
 */
export const knownModels: readonly KnownModel[] = [
  {
    name: 'SmolLM2-135M-Instruct.Q4_1',
    fingerprint: '5740a514591a2ef8',
    top: [
      { id: 3426, logprob: -1.4304 },
      { id: 2342, logprob: -2.7178 },
      { id: 4626, logprob: -3.0843 },
      { id: 28899, logprob: -3.3542 },
      { id: 6560, logprob: -3.5232 },
    ],
  },
];
