import { parse, tokenize } from '@huggingface/jinja';
import { TooMuchWork } from './budget.ts';
import { TemplateError } from './values.ts';

type Nodes = readonly Node[];

interface Operator {
  readonly value: string;
}
export interface IdentifierNode {
  readonly type: 'Identifier';
  readonly value: string;
}
interface NamedArgumentNode {
  readonly type: 'KeywordArgumentExpression';
  readonly key: IdentifierNode;
  readonly value: Node;
}
interface TupleNode {
  readonly type: 'TupleLiteral';
  readonly value: Nodes;
}
interface SelectNode {
  readonly type: 'SelectExpression';
  readonly lhs: Node;
  readonly test: Node;
}
interface SliceNode {
  readonly type: 'SliceExpression';
  readonly start?: Node;
  readonly stop?: Node;
  readonly step?: Node;
}
export interface MemberNode {
  readonly type: 'MemberExpression';
  readonly object: Node;
  readonly property: Node;
  readonly computed: boolean;
}
export interface CallNode {
  readonly type: 'CallExpression';
  readonly callee: Node;
  readonly args: Nodes;
}
export interface BinaryNode {
  readonly type: 'BinaryExpression';
  readonly operator: Operator;
  readonly left: Node;
  readonly right: Node;
}
export interface ForNode {
  readonly type: 'For';
  readonly loopvar: IdentifierNode | TupleNode;
  readonly iterable: Node;
  readonly body: Nodes;
  readonly defaultBlock: Nodes;
}
export interface SetNode {
  readonly type: 'Set';
  readonly assignee: Node;
  readonly value: Node | null;
  readonly body: Nodes;
}
export type Parameter = IdentifierNode | NamedArgumentNode;
interface MacroNode {
  readonly type: 'Macro';
  readonly name: IdentifierNode;
  readonly args: readonly Parameter[];
  readonly body: Nodes;
}
export interface CallBlockNode {
  readonly type: 'CallStatement';
  readonly call: CallNode;
  readonly callerArgs: readonly Parameter[] | null;
  readonly body: Nodes;
}

/** The syntax tree of @huggingface/jinja, which does not give its nodes types. */
export type Node =
  | IdentifierNode
  | NamedArgumentNode
  | TupleNode
  | SelectNode
  | SliceNode
  | MemberNode
  | CallNode
  | BinaryNode
  | ForNode
  | SetNode
  | MacroNode
  | CallBlockNode
  | { readonly type: 'IntegerLiteral' | 'FloatLiteral'; readonly value: number }
  | { readonly type: 'StringLiteral'; readonly value: string }
  | { readonly type: 'ArrayLiteral'; readonly value: Nodes }
  | { readonly type: 'ObjectLiteral'; readonly value: ReadonlyMap<Node, Node> }
  | { readonly type: 'FilterExpression'; readonly operand: Node; readonly filter: IdentifierNode | CallNode }
  | {
      readonly type: 'TestExpression';
      readonly operand: Node;
      readonly negate: boolean;
      readonly test: IdentifierNode;
    }
  | { readonly type: 'UnaryExpression'; readonly operator: Operator; readonly argument: Node }
  | { readonly type: 'Ternary'; readonly condition: Node; readonly trueExpr: Node; readonly falseExpr: Node }
  | { readonly type: 'SpreadExpression' | 'KeywordSpreadExpression'; readonly argument: Node }
  | { readonly type: 'If'; readonly test: Node; readonly body: Nodes; readonly alternate: Nodes }
  | { readonly type: 'FilterStatement'; readonly filter: IdentifierNode | CallNode; readonly body: Nodes }
  | { readonly type: 'Break' | 'Continue' | 'Comment' };

/** Longest template; real ones have some ten thousand characters. */
const LONGEST = 300_000;
/** The parser takes time in the square of a run of white space. */
const LONGEST_SPACE = 2_000;

/** The filter's name that a test with arguments is parsed as. */
export const TEST_WITH_ARGUMENTS = /^is (not )?(\w+)$/;

type Tokens = ReturnType<typeof tokenize>;

/** `a is divisibleby(2)` as `a | is divisibleby(2)`, a filter: the parser knows no tests with arguments. */
function withTestsAsFilters(tokens: Tokens): Tokens {
  const result: Tokens = [];
  for (let i = 0; i < tokens.length; i++) {
    const isNot = tokens[i + 1]?.type === 'Identifier' && tokens[i + 1].value === 'not';
    const at = i + (isNot ? 2 : 1);
    const argument = tokens[at + 1]?.type;
    const isTest =
      tokens[i].type === 'Identifier' && tokens[i].value === 'is' && tokens[at]?.type === 'Identifier';
    const isOne = argument === 'NumericLiteral' || argument === 'StringLiteral';
    if (!isTest || !(argument === 'OpenParen' || isOne)) {
      result.push(tokens[i]);
      continue;
    }
    result.push({ value: '|', type: 'Pipe' });
    result.push({ value: `is ${isNot ? 'not ' : ''}${tokens[at].value}`, type: 'Identifier' });
    i = at;
    if (!isOne) continue;
    result.push({ value: '(', type: 'OpenParen' }, tokens[at + 1], { value: ')', type: 'CloseParen' });
    i = at + 1;
  }
  return result;
}

/**
 * The statements of a template.
 * @throws TooMuchWork for one that is too long to read
 * @throws TemplateError where it is no Jinja
 */
export function parseTemplate(source: string): Nodes {
  if (source.length > LONGEST)
    throw new TooMuchWork(`has more than ${LONGEST.toLocaleString('en')} characters`);
  if (new RegExp(`\\s{${LONGEST_SPACE}}`).test(source))
    throw new TooMuchWork(`has more than ${LONGEST_SPACE.toLocaleString('en')} spaces in a row`);
  try {
    const options = { trim_blocks: true, lstrip_blocks: true };
    return (parse(withTestsAsFilters(tokenize(source, options))) as unknown as { readonly body: Nodes }).body;
  } catch (cause) {
    throw new TemplateError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
