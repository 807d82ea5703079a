import type { AST } from '@eslint-community/regexpp';

/** Matches from a position on and asks `next` whether the rest matches, too. */
export type Matcher = (at: number, next: (end: number) => boolean) => boolean;

/** What a match works on; one for each pattern, which is never matched within itself. */
export interface MatchState {
  text: string;
  /** Start and end of the groups that captured, by number. */
  captures: (readonly [number, number] | undefined)[];
  /** Counts a step, and throws where there have been too many. */
  step(): void;
}

type Direction = 1 | -1;
type Test = (point: number) => boolean;

const everything = () => true;

/** Whether one code point is what an expression for one character takes, as the engine's own regular expressions say. */
function testOf(
  node: AST.Character | AST.CharacterSet | AST.CharacterClass | AST.ExpressionCharacterClass,
): Test {
  if (node.type === 'Character') return (point) => point === node.value;
  const pattern = new RegExp(`^${node.raw}$`, 'u');
  const known = new Map<number, boolean>();
  return (point) => {
    let found = known.get(point);
    if (found === undefined) {
      found = pattern.test(String.fromCodePoint(point));
      known.set(point, found);
    }
    return found;
  };
}

/** The end of the code point at a position, going forward or back; undefined where the text ends or it does not fit. */
function taken(state: MatchState, at: number, direction: Direction, test: Test): number | undefined {
  const { text } = state;
  if (direction === 1) {
    const point = text.codePointAt(at);
    if (point === undefined || !test(point)) return undefined;
    return at + (point > 0xffff ? 2 : 1);
  }
  if (at === 0) return undefined;
  const pair = at > 1 ? (text.codePointAt(at - 2) as number) : 0;
  const start = pair > 0xffff ? at - 2 : at - 1;
  return test(text.codePointAt(start) as number) ? start : undefined;
}

function single(state: MatchState, test: Test, direction: Direction): Matcher {
  return (at, next) => {
    state.step();
    const end = taken(state, at, direction, test);
    return end !== undefined && next(end);
  };
}

/** A character again and again, without a call for each. */
function singles(state: MatchState, test: Test, direction: Direction, node: AST.Quantifier): Matcher {
  const { min, max, greedy } = node;
  return (at, next) => {
    const ends = [at];
    const more = (): boolean => {
      state.step();
      if (ends.length > max) return false;
      const end = taken(state, ends[ends.length - 1], direction, test);
      if (end !== undefined) ends.push(end);
      return end !== undefined;
    };
    while (ends.length <= min) if (!more()) return false;
    if (!greedy) {
      do {
        if (next(ends[ends.length - 1])) return true;
      } while (more());
      return false;
    }
    while (more());
    for (let count = ends.length - 1; count >= min; count--) {
      state.step();
      if (next(ends[count])) return true;
    }
    return false;
  };
}

/** Numbers of the capturing groups inside a node. */
function groupsInside(node: AST.QuantifiableElement, numbers: ReadonlyMap<AST.Node, number>): number[] {
  return [...numbers].flatMap(([group, number]) =>
    group.start >= node.start && group.end <= node.end ? [number] : [],
  );
}

function repeated(
  state: MatchState,
  inner: Matcher,
  { min, max, greedy }: AST.Quantifier,
  groups: readonly number[],
): Matcher {
  const repeat = (at: number, least: number, most: number, next: (end: number) => boolean): boolean => {
    state.step();
    if (most === 0) return next(at);
    const again = (end: number) =>
      (least > 0 || end !== at) && repeat(end, Math.max(0, least - 1), most - 1, next);
    const once = () => {
      const before = groups.map((group) => state.captures[group]);
      for (const group of groups) state.captures[group] = undefined;
      if (inner(at, again)) return true;
      for (const [i, group] of groups.entries()) state.captures[group] = before[i];
      return false;
    };
    if (least > 0) return once();
    return greedy ? once() || next(at) : next(at) || once();
  };
  return (at, next) => repeat(at, min, max, next);
}

function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /\w/.test(text[at]);
}

function edge(state: MatchState, node: AST.EdgeAssertion | AST.WordBoundaryAssertion): Matcher {
  const { kind } = node;
  if (kind === 'start') return (at, next) => at === 0 && next(at);
  if (kind === 'end') return (at, next) => at === state.text.length && next(at);
  const negate = 'negate' in node && node.negate;
  return (at, next) => (isWord(state.text, at - 1) !== isWord(state.text, at)) !== negate && next(at);
}

function lookaround(state: MatchState, inner: Matcher, negate: boolean): Matcher {
  return (at, next) => {
    state.step();
    const before = [...state.captures];
    if (inner(at, everything) !== negate) {
      if (negate) state.captures = before;
      if (next(at)) return true;
    }
    state.captures = before;
    return false;
  };
}

/** A matcher for a pattern's alternatives, by backtracking as the language's own regular expressions do. */
export function compileMatcher(
  state: MatchState,
  pattern: readonly AST.Alternative[],
  numbers: ReadonlyMap<AST.Node, number>,
): Matcher {
  const alternatives = (list: readonly AST.Alternative[], direction: Direction): Matcher => {
    const each = list.map((alternative) => sequence(alternative.elements, direction));
    if (each.length === 1) return each[0];
    return (at, next) => {
      for (const matcher of each) {
        state.step();
        if (matcher(at, next)) return true;
      }
      return false;
    };
  };
  const sequence = (elements: readonly AST.Element[], direction: Direction): Matcher => {
    const inOrder = direction === 1 ? elements : elements.toReversed();
    return inOrder
      .map((node) => element(node, direction))
      .reduceRight<Matcher>(
        (rest, first) => (at, next) => first(at, (end) => rest(end, next)),
        (at, next) => next(at),
      );
  };
  const element = (node: AST.Element, direction: Direction): Matcher => {
    switch (node.type) {
      case 'Character':
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass':
        return single(state, testOf(node), direction);
      case 'Group':
        return alternatives(node.alternatives, direction);
      case 'CapturingGroup':
        return capture(node, direction);
      case 'Quantifier':
        return quantifier(node, direction);
      case 'Assertion':
        if (!('alternatives' in node)) return edge(state, node);
        return lookaround(
          state,
          alternatives(node.alternatives, node.kind === 'lookahead' ? 1 : -1),
          node.negate,
        );
      case 'Backreference':
        return backreference(node, direction);
    }
  };
  const capture = (node: AST.CapturingGroup, direction: Direction): Matcher => {
    const inner = alternatives(node.alternatives, direction);
    const number = numbers.get(node) as number;
    return (at, next) =>
      inner(at, (end) => {
        const before = state.captures[number];
        state.captures[number] = at < end ? [at, end] : [end, at];
        if (next(end)) return true;
        state.captures[number] = before;
        return false;
      });
  };
  const quantifier = (node: AST.Quantifier, direction: Direction): Matcher => {
    const inner = node.element;
    const isSingle =
      inner.type === 'Character' || inner.type === 'CharacterSet' || inner.type === 'CharacterClass';
    if (isSingle) return singles(state, testOf(inner), direction, node);
    return repeated(state, element(inner, direction), node, groupsInside(inner, numbers));
  };
  const backreference = (node: AST.Backreference, direction: Direction): Matcher => {
    const number = numbers.get([node.resolved].flat()[0]) as number;
    return (at, next) => {
      state.step();
      const found = state.captures[number];
      if (!found) return next(at);
      const wanted = state.text.slice(...found);
      const start = direction === 1 ? at : at - wanted.length;
      return (
        start >= 0 &&
        state.text.startsWith(wanted, start) &&
        next(direction === 1 ? at + wanted.length : start)
      );
    };
  };
  return alternatives(pattern, 1);
}
