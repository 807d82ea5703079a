/** What a device must compute for the calibration text with a model that is known: the likeliest next tokens. */
export interface KnownModel {
  readonly fingerprint: string;
  readonly top: readonly { readonly id: number; readonly logprob: number }[];
}

/** Recorded with the native float32 runtime: `npm run -s hneurons -- calibration`. */
export const knownModels: readonly KnownModel[] = [];
