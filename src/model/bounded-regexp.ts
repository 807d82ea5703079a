import { type AST, RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';
import { compileMatcher, type Matcher, type MatchState } from './bounded-match.ts';

/** Thrown where a pattern takes more steps than it was given. */
export class TooManySteps extends Error {
  readonly pattern: string;

  constructor(pattern: string) {
    super('The pattern takes too many steps.');
    this.pattern = pattern;
  }
}

/** Steps that patterns may take together until they are given new ones. */
export interface StepBudget {
  left: number;
}

const parser = new RegExpParser({ ecmaVersion: 2024 });

/** Capturing groups by the order in which they open. */
function numbersOf(pattern: AST.Pattern): Map<AST.Node, number> {
  const numbers = new Map<AST.Node, number>();
  visitRegExpAST(pattern, {
    onCapturingGroupEnter: (group) => void numbers.set(group, numbers.size + 1),
  });
  return numbers;
}

/**
 * A regular expression with the flag u and any of g and y that gives up after so many steps. It matches as the
 * language's own do, and serves wherever they do (`match`, `matchAll`, `replaceAll`, `split`).
 */
export class BoundedRegExp extends RegExp {
  readonly #state: MatchState;
  readonly #match: Matcher;
  readonly #numbers: ReadonlyMap<AST.Node, number>;
  readonly #budget: StepBudget;

  /** @throws SyntaxError for a pattern that is none */
  constructor(pattern: RegExp | string, flags: string, budget?: StepBudget) {
    super(pattern, flags);
    const from = pattern instanceof BoundedRegExp ? pattern.#budget : undefined;
    this.#budget = budget ?? from ?? { left: Number.POSITIVE_INFINITY };
    const { source } = this;
    const parsed = parser.parsePattern(source, 0, source.length, { unicode: true });
    this.#numbers = numbersOf(parsed);
    this.#state = {
      text: '',
      captures: [],
      step: () => {
        if (--this.#budget.left < 0) throw new TooManySteps(source);
      },
    };
    this.#match = compileMatcher(this.#state, parsed.alternatives, this.#numbers);
  }

  /** The end of a match that starts at a position. */
  #endFrom(at: number): number | undefined {
    let found: number | undefined;
    this.#state.captures = [];
    try {
      this.#match(at, (end) => {
        found = end;
        return true;
      });
    } catch (error) {
      // The stack is bounded, too.
      if (error instanceof RangeError) throw new TooManySteps(this.source);
      throw error;
    }
    return found;
  }

  #result(text: string, index: number, end: number): RegExpExecArray {
    const { captures } = this.#state;
    const part = (at: number) => captures[at] && text.slice(...captures[at]);
    const groups: Record<string, string> = {};
    let named = false;
    for (const [node, number] of this.#numbers) {
      if (node.type !== 'CapturingGroup' || node.name === null) continue;
      groups[node.name] = part(number) as string;
      named = true;
    }
    const parts = [
      text.slice(index, end),
      ...Array.from(this.#numbers, ([, number]) => part(number) as string),
    ];
    return Object.assign(parts as [string, ...string[]], {
      index,
      input: text,
      groups: named ? groups : undefined,
    });
  }

  override exec(text: string): RegExpExecArray | null {
    const moves = this.global || this.sticky;
    this.#state.text = text;
    for (let at = moves ? this.lastIndex : 0; at <= text.length; ) {
      const end = this.#endFrom(at);
      if (end !== undefined) {
        if (moves) this.lastIndex = end;
        return this.#result(text, at, end);
      }
      if (this.sticky) break;
      at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    }
    if (moves) this.lastIndex = 0;
    return null;
  }
}
