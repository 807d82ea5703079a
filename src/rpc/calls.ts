import type { EngineErrorData } from '../lib/errors.ts';

/** A call: what goes in, what may come while it runs, and what comes out. */
export interface Call {
  readonly in: unknown;
  readonly event: unknown;
  readonly out: unknown;
}

/** The calls that a worker answers, by name. */
export type CallMap<C> = { [K in keyof C]: Call };

export type NameOf<C> = keyof C & string;

/** Page to worker. */
export type RequestOf<C extends CallMap<C>> =
  | { [K in NameOf<C>]: { readonly type: K; readonly id: number; readonly in: C[K]['in'] } }[NameOf<C>]
  | { readonly type: 'cancel'; readonly id: number };

/** Worker to page. */
export type ResponseOf<C extends CallMap<C>> =
  | {
      [K in NameOf<C>]:
        | { readonly type: K; readonly id: number; readonly event: C[K]['event'] }
        | { readonly type: K; readonly id: number; readonly out: C[K]['out'] };
    }[NameOf<C>]
  | { readonly type: 'error'; readonly id: number; readonly error: EngineErrorData };

/**
 * Calls that run one after another, and the calls that each of them cancels when it comes, whether they run or wait.
 * Calls that are not named run at once, beside others.
 */
export type CancelledBy<C extends CallMap<C>> = { readonly [K in NameOf<C>]?: readonly NameOf<C>[] };
