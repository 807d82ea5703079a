import { shownText } from './shown.ts';

export type EngineErrorCode =
  | 'bad-input'
  | 'unsupported-model'
  | 'load-failed'
  | 'no-model'
  | 'context-full'
  | 'device-lost'
  | 'out-of-memory'
  | 'storage-full'
  | 'storage-lost'
  | 'cancelled'
  | 'internal';

/** Characters of a sentence at most; what is longer holds something from a file that nobody shortened. */
const LONGEST = 2000;

/** A message in which whatever comes from a file can neither steer a terminal nor fill it. */
function asSentence(message: string): string {
  return shownText(
    message.length > LONGEST ? `${message.slice(0, LONGEST - 203)} … ${message.slice(-200)}` : message,
  );
}

/** An error that a person can act on: the message is one sentence that says what is wrong and what to do. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: { cause?: unknown }) {
    super(asSentence(message), options);
    this.name = 'EngineError';
    this.code = code;
  }
}

/** An error as it crosses the worker's boundary: a sentence for the person, a code for the program. */
export interface EngineErrorData {
  readonly code: EngineErrorCode;
  readonly message: string;
  readonly detail?: string;
}

/** Turns whatever was thrown into data. */
export function toErrorData(thrown: unknown): EngineErrorData {
  if (thrown instanceof EngineError) {
    const { cause } = thrown;
    return {
      code: thrown.code,
      message: thrown.message,
      detail: cause instanceof Error ? cause.message : undefined,
    };
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    code: 'internal',
    message: `Something went wrong in the engine: ${error.message}`,
    detail: error.stack,
  };
}
