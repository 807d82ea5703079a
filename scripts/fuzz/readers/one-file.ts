import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { changeBytes } from '../mutate/bytes.ts';
import type { Dice } from '../mutate/dice.ts';
import { changeJson, changeJsonLines, changeTable, encodeText, textOf, utf8 } from '../mutate/text.ts';
import type { Input, Reader } from '../types.ts';

/** A file of the project, by its path from the root. */
export function projectFile(path: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url))));
}

/** The one file of an input, and its name. */
export function onlyFile(input: Input): readonly [name: string, bytes: Uint8Array] {
  const [file] = Object.entries(input);
  if (!file) throw new Error('The input has no file.');
  return file;
}

type Change = (dice: Dice, bytes: Uint8Array, others: readonly Uint8Array[]) => Uint8Array;

/** Other JSON. */
export const asJson: Change = (dice, bytes, others) =>
  encodeText(dice, changeJson(dice, textOf(bytes), others.map(textOf)));

/** Other lines of JSON. */
export const asJsonLines: Change = (dice, bytes) => encodeText(dice, changeJsonLines(dice, textOf(bytes)));

/** Another table as text. */
export const asTable: Change = (dice, bytes) => encodeText(dice, changeTable(dice, textOf(bytes)));

export const asBytes: Change = (dice, bytes, others) => changeBytes(dice, bytes, others);

type Files = readonly (readonly [name: string, content: Uint8Array | string])[];

/** A reader of one file. */
export function fileReader(options: {
  readonly name: string;
  readonly title: string;
  readonly files: () => Files | Promise<Files>;
  readonly change: Change;
  readonly read: (bytes: Uint8Array, name: string) => unknown;
}): Reader {
  const { name, title, files, change, read } = options;
  return {
    name,
    title,
    seeds: async () =>
      (await files()).map(([file, content]) => ({
        [file]: typeof content === 'string' ? utf8(content) : content,
      })),
    mutate(dice, seeds) {
      const [file, bytes] = onlyFile(dice.pick(seeds));
      const others = seeds.map((seed) => onlyFile(seed)[1]);
      return { [file]: change(dice, bytes, others) };
    },
    read(input) {
      const [file, bytes] = onlyFile(input);
      return read(bytes, file);
    },
  };
}
