import { type Dice, oneOf, someTimes } from './dice.ts';
import { NASTY_NUMBERS, NASTY_TEXTS } from './nasty.ts';

/** JSON as a tree that can also be wrong: keys that come twice, texts that are no JSON, nesting without end. */
export type Tree =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: Tree])[] }
  | { readonly kind: 'array'; readonly items: readonly Tree[] }
  | { readonly kind: 'text'; readonly text: string }
  /** As it is written: numbers, literals, and what is neither. */
  | { readonly kind: 'raw'; readonly raw: string };

const raw = (text: string): Tree => ({ kind: 'raw', raw: text });

export function treeOf(value: unknown): Tree {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (Array.isArray(value)) return { kind: 'array', items: value.map(treeOf) };
  if (typeof value === 'object' && value !== null)
    return { kind: 'object', entries: Object.entries(value).map(([key, each]) => [key, treeOf(each)]) };
  return raw(String(JSON.stringify(value)));
}

/** The text of a tree, each nasty thing as it is. */
export function printTree(tree: Tree): string {
  if (tree.kind === 'raw') return tree.raw;
  if (tree.kind === 'text') return JSON.stringify(tree.text);
  if (tree.kind === 'array') return `[${tree.items.map(printTree).join(',')}]`;
  return `{${tree.entries.map(([key, value]) => `${JSON.stringify(key)}:${printTree(value)}`).join(',')}}`;
}

const childrenOf = (tree: Tree): readonly Tree[] =>
  tree.kind === 'array' ? tree.items : tree.kind === 'object' ? tree.entries.map(([, value]) => value) : [];

function withChild(tree: Tree, at: number, child: Tree): Tree {
  if (tree.kind === 'array') return { ...tree, items: tree.items.with(at, child) };
  if (tree.kind === 'object')
    return { ...tree, entries: tree.entries.with(at, [tree.entries[at]![0], child]) };
  return tree;
}

/** Some tree inside another. */
function inside(dice: Dice, tree: Tree): Tree {
  const children = childrenOf(tree);
  return children.length === 0 || dice.chance(0.2) ? tree : inside(dice, dice.pick(children));
}

const nested = (open: string, close: string, depth: number, core: string) =>
  raw(open.repeat(depth) + core + close.repeat(depth));

/** A value at which readers fail. */
export function nastyValue(dice: Dice): Tree {
  return oneOf<Tree>(dice, [
    [5, () => raw(dice.pick(NASTY_NUMBERS))],
    [5, () => ({ kind: 'text', text: dice.pick(NASTY_TEXTS) })],
    [3, () => raw(dice.pick(['null', 'true', 'false', '[]', '{}', '""', '[null]', '[[]]', '[{}]']))],
    [
      1,
      () => raw(dice.pick(['NaN', 'Infinity', 'undefined', '01', '1.', "'a'", '0x10', ',', '"\\ud800"', ''])),
    ],
    [
      1,
      () =>
        raw(dice.pick(['{"length":1e9}', '{"length":4294967295}', '{"__proto__":{"x":1}}', '{"toJSON":1}'])),
    ],
    [1, () => nested('[', ']', dice.pick([50, 1000, 5000, 50_000]), '')],
    [1, () => nested('{"a":', '}', dice.pick([50, 1000, 5000, 50_000]), '1')],
  ]);
}

function changeText(dice: Dice, text: string): string {
  const at = dice.below(text.length + 1);
  return oneOf(dice, [
    [3, () => text.slice(0, at) + dice.pick(NASTY_TEXTS) + text.slice(at)],
    [2, () => text.slice(0, at)],
    [1, () => text.slice(at)],
    [1, () => text.repeat(Math.min(dice.pick([2, 20, 200]), Math.ceil(50_000 / Math.max(1, text.length))))],
    [1, () => text.toUpperCase()],
    [1, () => dice.pick(NASTY_TEXTS)],
  ]);
}

function changeList<T>(dice: Dice, items: readonly T[], size: number): readonly T[] {
  if (items.length === 0) return items;
  const at = dice.below(items.length);
  return oneOf(dice, [
    [4, () => items.toSpliced(at, 1)],
    [2, () => items.toSpliced(at, 0, items[at]!)],
    [1, () => items.slice(0, at)],
    [1, () => items.toReversed()],
    [
      1,
      () => {
        const times = Math.min(dice.pick([10, 300, 20_000]), Math.ceil(300_000 / size));
        return items.toSpliced(at, 0, ...Array.from({ length: times }, () => items[at]!));
      },
    ],
    [1, () => items.with(at, dice.pick(items))],
  ]);
}

function changeHere(dice: Dice, tree: Tree, others: readonly Tree[]): Tree {
  if (tree.kind === 'text' && dice.chance(0.4)) return { kind: 'text', text: changeText(dice, tree.text) };
  if (tree.kind === 'raw' && dice.chance(0.4)) return raw(dice.pick(NASTY_NUMBERS));
  if (tree.kind === 'array' && dice.chance(0.6))
    return { kind: 'array', items: changeList(dice, tree.items, printTree(tree).length / tree.items.length) };
  if (tree.kind === 'object' && tree.entries.length > 0 && dice.chance(0.7)) {
    const at = dice.below(tree.entries.length);
    const [key, value] = tree.entries[at]!;
    return {
      kind: 'object',
      entries: oneOf(dice, [
        [3, () => changeList(dice, tree.entries, printTree(tree).length / tree.entries.length)],
        [1, () => tree.entries.with(at, [dice.pick(NASTY_TEXTS), value])],
        [1, () => tree.entries.with(at, [dice.pick(tree.entries)[0], value])],
        [1, () => [...tree.entries, [key, nastyValue(dice)]]],
        [1, () => [...tree.entries, [dice.pick(NASTY_TEXTS), nastyValue(dice)]]],
      ]),
    };
  }
  return oneOf<Tree>(dice, [
    [6, () => nastyValue(dice)],
    [2, () => inside(dice, dice.pick(others))],
    [1, () => inside(dice, tree)],
    [1, () => ({ kind: 'array', items: [tree] })],
    [1, () => ({ kind: 'object', entries: [[dice.pick(['text', 'content', 'a', '0']), tree]] })],
  ]);
}

function changeOnce(dice: Dice, tree: Tree, others: readonly Tree[]): Tree {
  const children = childrenOf(tree);
  if (children.length === 0 || dice.chance(0.15)) return changeHere(dice, tree, others);
  const at = dice.below(children.length);
  return withChild(tree, at, changeOnce(dice, children[at]!, others));
}

/** Changes a tree in one to four places: values, types, keys, counts, nesting. */
export function changeTree(dice: Dice, tree: Tree, others: readonly Tree[] = [tree]): Tree {
  return someTimes(dice, 4, tree, (each) => changeOnce(dice, each, others));
}
