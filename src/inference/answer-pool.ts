import { yieldToEvents } from '../lib/bytes/yield.ts';
import { EngineError } from '../lib/errors.ts';
import { runFeeds } from '../model/run-inputs.ts';
import type { Tensor } from '../model/runtime/types.ts';
import type { LanguageModel } from '../model/types.ts';
import { batchScales, forward } from './forward.ts';
import { answerOf, drawToken, type Growing, type LaneResult, startAnswer } from './growing.ts';
import { emptyCache } from './kv-cache.ts';
import { poolCache } from './pool-cache.ts';
import { checkCancelled } from './prefill.ts';
import { logSoftmaxStats } from './sampling.ts';
import type { Sampling } from './types.ts';

export interface PoolRequest {
  readonly promptIds: readonly number[];
  /** One a answer; at most the pool's rows. */
  readonly samplings: readonly Sampling[];
  /** Tokens of an answer at most. */
  readonly maxTokens: number;
  /** Further tokens that end an answer as stop tokens do. */
  readonly isEnd?: (id: number) => boolean;
  readonly signal?: AbortSignal;
}

interface PoolAnswers {
  readonly answers: readonly LaneResult[];
  /** Entropy of the first token's distribution, before filters, in nats. */
  readonly firstEntropy: number;
}

/** Answers of many prompts that are decoded together. */
export interface AnswerPool {
  /** Answers in work at most. */
  readonly rows: number;
  /** Whether prompt and answers find room. */
  fits(request: PoolRequest): boolean;
  /** Answers a prompt; requests that are made meanwhile share the steps. @throws EngineError `cancelled` */
  answer(request: PoolRequest): Promise<PoolAnswers>;
}

interface Job {
  readonly request: PoolRequest;
  readonly lanes: Growing[];
  firstEntropy: number;
  resolve(answers: PoolAnswers): void;
  reject(error: unknown): void;
}

/** A row of the batch: answers of a prompt that agree so far. */
interface Row {
  readonly job: Job;
  growing: readonly Growing[];
  /** Positions read. */
  length: number;
}

/** Answers that go on, those that drew the same token together. */
function byToken(growing: readonly Growing[]): Growing[][] {
  const groups = new Map<number | undefined, Growing[]>();
  for (const each of growing) {
    if (each.finish !== undefined) continue;
    const group = groups.get(each.unread);
    if (group) group.push(each);
    else groups.set(each.unread, [each]);
  }
  return [...groups.values()];
}

/** Whether a model's answers can be pooled: its cache is continued in place, at a place of its own for every row. */
export function canPool({ continuesCacheInPlace, runtime }: LanguageModel): boolean {
  return continuesCacheInPlace && runtime.writesInto;
}

/**
 * Frees the copies that the binding made of outputs written in place. The garbage collector would do it, at the price of
 * a full collection every step or two.
 */
function freeCopies(result: Readonly<Record<string, Tensor>>, into: Readonly<Record<string, Tensor>>): void {
  const bufferOf = ({ data }: Tensor) => (data as Float32Array).buffer as ArrayBuffer;
  const copies = Object.entries(result).flatMap(([name, tensor]) => {
    const isCopy = into[name] && bufferOf(tensor) !== bufferOf(into[name]);
    return isCopy ? [bufferOf(tensor)] : [];
  });
  // What is transferred to nobody is gone at once.
  structuredClone(undefined, { transfer: copies });
}

/**
 * Decodes the answers of many prompts as one batch whose rows have lengths of their own; an answer that ends makes room
 * for the next prompt's, and answers of a prompt share a row until they draw different tokens. Reading the weights costs
 * a step the same for one row as for many. What a prompt is answered does not depend on what else is in the batch: ONNX
 * Runtime computes each row of a product alike, whatever the others.
 * @param options.rows answers in work, and with them rows of a step, at most
 * @param options.positions of prompt and answer that a row has room for
 */
export function createAnswerPool(
  model: LanguageModel,
  options: { readonly rows: number; readonly positions: number },
): AnswerPool {
  const { runtime, session, neurons } = model;
  const positions = Math.min(options.positions, model.contextLength);
  const cache = poolCache(model, options.rows, positions);
  const scales = batchScales(model, [[]]);
  /** Written by every step: tensors of this size, made anew each time, keep the garbage collector busy. */
  const logits = new Float32Array(options.rows * model.vocabulary);
  const logitsTensor = (count: number) =>
    runtime.tensor('float32', logits.subarray(0, count * model.vocabulary), [count, 1, model.vocabulary]);
  /** Inputs that do not tell rows of different lengths apart. */
  const otherInputs = model.io.inputs.filter(
    ({ name }) => name !== model.io.attentionMask && name !== model.io.positionIds,
  );
  const firstPosition = runtime.tensor('int64', BigInt64Array.of(0n), [1]);
  const queue: Job[] = [];
  const rows: Row[] = [];
  const inWork = () => rows.reduce((sum, { growing }) => sum + growing.length, 0);
  let isWorking = false;

  const settle = (job: Job) => {
    if (job.lanes.every(({ finish }) => finish !== undefined))
      job.resolve({ answers: job.lanes.map(answerOf), firstEntropy: job.firstEntropy });
  };

  function keep(isKept: (row: Row) => boolean): void {
    for (let at = 0; at < rows.length; ) {
      if (isKept(rows[at])) at++;
      else {
        const last = rows.pop() as Row;
        if (at < rows.length) {
          rows[at] = last;
          cache.copy(rows.length, at);
        }
      }
    }
  }

  function fail(job: Job, error: unknown): void {
    job.reject(error);
    keep((row) => row.job !== job);
  }

  /** Draws the next token of answers that agree so far. Returns the entropy that they were drawn from, in nats. */
  function draw({ request }: Job, growing: readonly Growing[], drawnFrom: Float32Array): number {
    const stats = logSoftmaxStats(drawnFrom);
    for (const each of growing) drawToken(model, request, each, drawnFrom, stats);
    return stats.entropy;
  }

  async function admit(job: Job): Promise<void> {
    const { promptIds, signal } = job.request;
    checkCancelled(signal);
    const read = await forward(model, {
      ids: [promptIds],
      cache: emptyCache(model.io, runtime, 1),
      scales,
      capture: [],
      logits: [promptIds.length - 1],
    });
    cache.fit(Math.max(promptIds.length, ...rows.map(({ length }) => length)) + 1, rows.length);
    job.firstEntropy = draw(job, job.lanes, read.logits(0, 0));
    for (const growing of byToken(job.lanes)) {
      cache.put(rows.length, read.cache);
      rows.push({ job, growing, length: promptIds.length });
    }
    read.cache.dispose();
    settle(job);
  }

  async function step(): Promise<void> {
    const count = rows.length;
    const width = Math.max(...rows.map(({ length }) => length)) + 1;
    const mask = new BigInt64Array(count * width);
    rows.forEach(({ length }, row) => {
      mask.fill(1n, row * width, row * width + length + 1);
    });
    cache.fit(width, count);
    const { inputs, outputs } = cache.feeds(count);
    const feeds: Record<string, Tensor> = {
      ...runFeeds(otherInputs, runtime, { rows: count, tokens: 1, past: width - 1 }),
      ...scales.feeds,
      ...inputs,
      [model.io.tokens]: runtime.tensor(
        'int64',
        BigInt64Array.from(rows, ({ growing }) => BigInt(growing[0].unread as number)),
        [count, 1],
      ),
      [neurons.capturePositions]: firstPosition,
      [neurons.logitPositions]: firstPosition,
    };
    const positions = BigInt64Array.from(rows, ({ length }) => BigInt(length));
    if (model.io.attentionMask) feeds[model.io.attentionMask] = runtime.tensor('int64', mask, [count, width]);
    if (model.io.positionIds) feeds[model.io.positionIds] = runtime.tensor('int64', positions, [count, 1]);
    const { vocabulary } = model;
    const into = { ...outputs, [model.io.logits]: logitsTensor(count) };
    freeCopies(await session.run(feeds, Object.keys(into), into), into);
    const ended = new Set<Job>();
    for (const [at, row] of rows.slice(0, count).entries()) {
      const { job, growing } = row;
      row.length++;
      draw(job, growing, logits.subarray(at * vocabulary, (at + 1) * vocabulary));
      const [stay = [], ...others] = byToken(growing);
      row.growing = stay;
      for (const other of others) {
        cache.copy(at, rows.length);
        rows.push({ job, growing: other, length: row.length });
      }
      if (growing.some(({ finish }) => finish !== undefined)) ended.add(job);
    }
    keep(({ growing }) => growing.length > 0);
    for (const job of ended) settle(job);
  }

  const cancelled = (job: Job) => job.request.signal?.aborted === true;

  async function work(): Promise<void> {
    isWorking = true;
    while (rows.length > 0 || queue.length > 0) {
      await yieldToEvents();
      for (const job of new Set(rows.map((row) => row.job)))
        if (cancelled(job))
          fail(
            job,
            new EngineError('cancelled', 'The request was cancelled.', { cause: job.request.signal?.reason }),
          );
      const next = queue[0];
      if (next && inWork() + next.lanes.length <= options.rows) {
        queue.shift();
        await admit(next).catch((error: unknown) => fail(next, error));
      } else if (rows.length > 0) {
        await step().catch((error: unknown) => {
          for (const job of new Set(rows.map((row) => row.job))) fail(job, error);
        });
      }
    }
    isWorking = false;
  }

  const fits = ({ promptIds, samplings, maxTokens }: PoolRequest) =>
    promptIds.length > 0 && promptIds.length + maxTokens <= positions && samplings.length <= options.rows;

  return {
    rows: options.rows,
    fits,
    answer: (request) =>
      new Promise((resolve, reject) => {
        if (!fits(request)) {
          reject(
            new EngineError(
              'bad-input',
              `A prompt of ${request.promptIds.length} tokens with ${request.samplings.length} answers of ${request.maxTokens} has no room in a pool of ${options.rows} rows of ${positions} positions.`,
            ),
          );
          return;
        }
        const lanes = request.samplings.map((sampling) => startAnswer(model, sampling));
        queue.push({ request, lanes, firstEntropy: 0, resolve, reject });
        if (!isWorking) void work();
      }),
  };
}
