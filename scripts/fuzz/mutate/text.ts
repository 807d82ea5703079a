import { gzipSync } from 'node:zlib';
import { changeBytes } from './bytes.ts';
import { type Dice, oneOf, someTimes } from './dice.ts';
import { changeTree, nastyValue, printTree, type Tree, treeOf } from './json.ts';
import { NASTY_NUMBERS, NASTY_TEXTS } from './nasty.ts';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return new Uint8Array(littleEndian ? bytes : bytes.swap16());
}

/** A text's bytes: mostly UTF-8, now and then as spreadsheets and other machines save it, or damaged. */
export function encodeText(dice: Dice, text: string): Uint8Array {
  return oneOf(dice, [
    [24, () => utf8(text)],
    [1, () => utf8(`\uFEFF${text}`)],
    [1, () => utf8(text.replaceAll('\n', dice.pick(['\r\n', '\r', '\n\n'])))],
    [1, () => utf16(text, dice.chance(0.5))],
    [1, () => new Uint8Array(Buffer.from(text, 'latin1'))],
    [1, () => new Uint8Array(gzipSync(text, { level: 1 }))],
    [3, () => changeBytes(dice, utf8(text))],
  ]);
}

function changeLines(
  dice: Dice,
  lines: readonly string[],
  changeLine: (line: string) => string,
): readonly string[] {
  if (lines.length === 0) return [''];
  const at = dice.below(lines.length);
  return oneOf(dice, [
    [8, () => lines.with(at, changeLine(lines[at]!))],
    [1, () => lines.toSpliced(at, 1)],
    [1, () => lines.toSpliced(at, 0, lines[at]!)],
    [1, () => lines.toSpliced(at, 0, dice.pick(['', ' ', '\t', dice.pick(NASTY_TEXTS)]))],
    [1, () => lines.slice(0, at)],
    [1, () => [...lines.slice(0, at), lines[at]!.slice(0, dice.below(lines[at]!.length + 1))]],
    [1, () => lines.toSpliced(at, 0, ...Array.from({ length: dice.pick([5, 200]) }, () => lines[at]!))],
    [1, () => lines.with(at, dice.pick(lines))],
  ]);
}

const trees = new Map<string, Tree>();

/** The tree of a text that is JSON; seeds come again and again. */
function parsed(text: string): Tree | undefined {
  const known = trees.get(text);
  if (known) return known;
  try {
    const tree = treeOf(JSON.parse(text));
    if (trees.size < 5000) trees.set(text, tree);
    return tree;
  } catch {
    return undefined;
  }
}

/** A JSON text with other values, types, keys, counts and nesting. */
export function changeJson(dice: Dice, text: string, others: readonly string[] = [text]): string {
  const tree = parsed(text);
  if (!tree) return text;
  const donors = others.map(parsed).filter((each) => each !== undefined);
  try {
    return printTree(changeTree(dice, tree, donors));
  } catch (error) {
    // Lists within lists without end, which an earlier change made, overflow the stack.
    if (error instanceof RangeError) return text;
    throw error;
  }
}

/** JSON of an object a line, in which one or some lines are others. */
export function changeJsonLines(dice: Dice, text: string): string {
  const change = (line: string) => (dice.chance(0.05) ? printTree(nastyValue(dice)) : changeJson(dice, line));
  return someTimes(dice, 3, text.split('\n') as readonly string[], (lines) =>
    changeLines(dice, lines, change),
  ).join('\n');
}

function changeCells(dice: Dice, line: string, delimiter: string): string {
  const cells = line.split(delimiter);
  const at = dice.below(cells.length);
  const nasty = () => dice.pick(dice.chance(0.3) ? NASTY_NUMBERS : NASTY_TEXTS);
  return oneOf(dice, [
    [4, () => cells.with(at, nasty())],
    [2, () => cells.with(at, `"${nasty().replaceAll('"', '""')}"`)],
    [1, () => cells.with(at, `"${cells[at]}`)],
    [1, () => cells.with(at, printTree(nastyValue(dice)))],
    [1, () => cells.with(at, `"${printTree(nastyValue(dice)).replaceAll('"', '""')}"`)],
    [
      1,
      () =>
        cells.with(
          at,
          dice.pick(["['a', 'b']", "{'text': ['a'], 'answer_start': [1]}", 'a;b;c', 'a|b', '[1,']),
        ),
    ],
    [1, () => cells.toSpliced(at, 1)],
    [
      1,
      () => cells.toSpliced(at, 0, ...Array.from({ length: dice.pick([1, 50, 20_000]) }, () => cells[at]!)),
    ],
    [1, () => cells.toReversed()],
  ]).join(delimiter);
}

/** A table as text in which cells, quotes, delimiters and lines are others. */
export function changeTable(dice: Dice, text: string): string {
  const delimiter = text.includes('\t') ? '\t' : ',';
  const lines = text.split('\n');
  const changed = someTimes(dice, 4, lines as readonly string[], (each) =>
    changeLines(dice, each, (line) => changeCells(dice, line, delimiter)),
  ).join('\n');
  return oneOf(dice, [
    [8, () => changed],
    [1, () => changed.replaceAll(delimiter, dice.pick([';', '|', '\t', ',', ':']))],
    [1, () => `sep=${dice.pick([';', ',', '|', '\t', ''])}\n${changed}`],
  ]);
}
