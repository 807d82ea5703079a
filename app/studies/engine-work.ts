import type { LoadedModel } from '../../src/engine/model-info.ts';
import type { Stores } from '../explore/state/stores.ts';
import { describeError, isCancelled, isStorageLost } from '../ui/describe-error.ts';

/**
 * What a run that is open does:
 * `idle`: none is open, one can be started; `running`: the model is asked; `paused`: it can be resumed; `waiting`: the
 * explorer uses the model or loads one, the run goes on by itself behind that; `done`: nothing is left to ask; `failed`:
 * `error` says why, what is stored stays and it can be resumed; `lost`: nothing of it is stored any more.
 */
export type RunStatus = 'idle' | 'running' | 'paused' | 'waiting' | 'done' | 'failed' | 'lost';

interface Needs {
  /** The explorer's: they tell what model is loaded, and when it is being used. */
  readonly stores: Pick<Stores, 'model' | 'run'>;
  /** Why the open run cannot go on with this model; undefined where it can. */
  readonly refuses: (model: LoadedModel) => string | undefined;
  readonly tell: (change: { readonly status: RunStatus; readonly error?: string | undefined }) => void;
  /** The run has come to rest: paused, done or failed. */
  readonly onRest: () => void;
}

/** A long call of the engine, one at a time. */
export interface EngineWork {
  /** Why the model cannot be asked now; undefined where it can. */
  notReady(): string | undefined;
  /** Calls the engine, and again behind every answer of the explorer that ended the call. */
  begin(call: (signal: AbortSignal) => Promise<unknown>): Promise<void>;
  pause(): void;
  /** Ends the engine's work; the state is the caller's. */
  stop(): void;
}

/** Runs long calls of the engine, which go on by themselves behind the explorer's answers. */
export function createEngineWork({ stores, refuses, tell, onRest }: Needs): EngineWork {
  let current: AbortController | undefined;

  function notReady(): string | undefined {
    return stores.model.getState().status === 'ready'
      ? undefined
      : 'The model is not ready; load it, then go on.';
  }

  function obstacle(): string | undefined {
    const { model } = stores.model.getState();
    return notReady() ?? (model && refuses(model));
  }

  /** Resolves once the explorer neither answers nor loads a model, or the signal fires. */
  function explorerRests(signal: AbortSignal): Promise<void> {
    const rests = () =>
      signal.aborted ||
      (stores.run.getState().status !== 'running' && stores.model.getState().status !== 'loading');
    if (rests()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (!rests()) return;
        for (const leave of leaves) leave();
        signal.removeEventListener('abort', check);
        resolve();
      };
      const leaves = [stores.run.subscribe(check), stores.model.subscribe(check)];
      signal.addEventListener('abort', check);
    });
  }

  function rest(own: AbortController, change: Parameters<Needs['tell']>[0]): void {
    if (current !== own) return;
    current = undefined;
    tell(change);
    onRest();
  }

  async function work(call: (signal: AbortSignal) => Promise<unknown>, own: AbortController): Promise<void> {
    const why = obstacle();
    if (why) {
      rest(own, { status: 'paused', error: why });
      return;
    }
    tell({ status: 'running', error: undefined });
    try {
      await call(own.signal);
      rest(own, { status: 'done' });
    } catch (error) {
      if (current !== own) return;
      if (!isCancelled(error)) {
        rest(own, { status: isStorageLost(error) ? 'lost' : 'failed', error: describeError(error) });
        return;
      }
      tell({ status: 'waiting' });
      await explorerRests(own.signal);
      if (current === own) await work(call, own);
    }
  }

  function stop(): void {
    current?.abort();
    current = undefined;
  }

  return {
    notReady,
    async begin(call) {
      stop();
      const own = new AbortController();
      current = own;
      await work(call, own);
    },
    pause() {
      if (!current) return;
      stop();
      tell({ status: 'paused' });
      onRest();
    },
    stop,
  };
}
