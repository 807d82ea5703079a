import { EngineError } from '../../src/lib/errors.ts';

/** A call of the engine or the study worker that a test answers. */
interface Asked {
  readonly input: unknown;
  emit(event: unknown): void;
  finish(out: unknown): void;
  fail(error: Error): void;
  aborted(): boolean;
}

/** A client whose calls wait for the test, but for those with an answer. */
export function fakeClient<Client>(answers: Record<string, (input: never) => unknown> = {}) {
  const asked: Record<string, Asked[]> = {};
  const call = (
    type: string,
    input: never,
    options: { onEvent?: (e: unknown) => void; signal?: AbortSignal } = {},
  ) =>
    new Promise((resolve, reject) => {
      const cancel = () => reject(new EngineError('cancelled', 'The request was cancelled.'));
      options.signal?.addEventListener('abort', cancel);
      asked[type] ??= [];
      asked[type].push({
        input,
        emit: (event) => options.onEvent?.(event),
        finish: resolve,
        fail: reject,
        aborted: () => options.signal?.aborted ?? false,
      });
      if (answers[type]) Promise.resolve(input).then(answers[type]).then(resolve, reject);
    });
  return { client: { call } as Client, asked: (type: string) => asked[type] ?? [] };
}
