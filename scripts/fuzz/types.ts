import type { Dice } from './mutate/dice.ts';

/** What a reader is given: files by name; most readers take one. */
export type Input = Readonly<Record<string, Uint8Array>>;

/** A part of the program that reads what strangers made. */
export interface Reader {
  readonly name: string;
  /** What it reads, for --help. */
  readonly title: string;
  /** Inputs that it must accept; others are made from them. They are made once in each process. */
  seeds(): readonly Input[] | Promise<readonly Input[]>;
  /** Makes an input of seeds: the same dice give the same input. */
  mutate(dice: Dice, seeds: readonly Input[]): Input;
  /** Reads an input as the program does. Whatever it throws that is no EngineError is a finding. */
  read(input: Input): unknown;
}

/** How reading an input ended. */
export interface Reading {
  readonly outcome: 'accepted' | 'refused' | 'finding';
  /** What is wrong: the kind, and what tells it apart from others of its kind. */
  readonly fault?: { readonly kind: FaultKind; readonly detail: string };
  /** Milliseconds. */
  readonly time: number;
  /** Bytes of memory at the peak, above what the process had before it read anything. */
  readonly memory: number;
  /** Bytes of the input. */
  readonly size: number;
}

export type FaultKind = 'foreign error' | 'unhandled' | 'message' | 'time' | 'memory' | 'crash' | 'hang';

/** Bytes of all files. */
export function sizeOf(input: Input): number {
  return Object.values(input).reduce((sum, bytes) => sum + bytes.length, 0);
}
