/** What a worker of the benchmark answers: functions of one value that can be copied between threads. */
export type Handlers = Record<string, (input: never) => Promise<unknown>>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

type Answer =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly error: string };

/** Answers calls of the page in a worker. */
export function answerCalls(handlers: Handlers): void {
  addEventListener('message', async ({ data }: MessageEvent<Call>) => {
    const { id, name, input } = data;
    try {
      postMessage({ id, output: await handlers[name]?.(input as never) } satisfies Answer);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      postMessage({ id, error: text } satisfies Answer);
    }
  });
}

/** Calls the handlers `H` of a worker. */
export function caller<H extends Handlers>(worker: Worker) {
  let lastId = 0;
  return <K extends keyof H & string>(
    name: K,
    input: Parameters<H[K]>[0],
  ): Promise<Awaited<ReturnType<H[K]>>> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      const settle = (end: () => void) => {
        worker.removeEventListener('message', take);
        worker.removeEventListener('error', failed);
        end();
      };
      const take = ({ data }: MessageEvent<Answer>) => {
        if (data.id !== id) return;
        settle(() => {
          if ('error' in data) reject(new Error(data.error));
          else resolve(data.output as Awaited<ReturnType<H[K]>>);
        });
      };
      const failed = (event: ErrorEvent) => settle(() => reject(new Error(`${name}: ${event.message}`)));
      worker.addEventListener('message', take);
      worker.addEventListener('error', failed);
      worker.postMessage({ id, name, input } satisfies Call);
    });
}
