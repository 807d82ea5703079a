import { expectNumber } from './arguments.ts';
import type { Budget } from './budget.ts';
import { applyFilter } from './filters.ts';
import { attributeOf, sliceOf } from './members.ts';
import { operate } from './operators.ts';
import type { BinaryNode, CallNode, IdentifierNode, MemberNode, Node } from './syntax.ts';
import { test } from './tests.ts';
import { Text } from './text.ts';
import {
  type Arguments,
  Callable,
  Dict,
  Float,
  isTrue,
  itemsOf,
  List,
  TemplateError,
  text,
  toText,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** Names and what they stand for; those of an outer scope are seen in inner ones. */
export class Scope {
  readonly values = new Map<string, Value>();
  readonly outer: Scope | undefined;
  constructor(outer?: Scope) {
    this.outer = outer;
  }
  get(name: string): Value {
    for (let scope: Scope | undefined = this; scope; scope = scope.outer) {
      const found = scope.values.get(name);
      if (found !== undefined) return found;
    }
    return new Undefined(`'${name}'`);
  }
}

/** A rendering: what it may still do. */
export interface Rendering {
  readonly budget: Budget;
}

export function evaluateArguments(nodes: readonly Node[], scope: Scope, rendering: Rendering): Arguments {
  const positional: Value[] = [];
  const named = new Map<string, Value>();
  for (const node of nodes) {
    if (node.type === 'KeywordArgumentExpression')
      named.set(node.key.value, evaluate(node.value, scope, rendering));
    else if (node.type === 'SpreadExpression')
      positional.push(...itemsOf(evaluate(node.argument, scope, rendering)));
    else if (node.type === 'KeywordSpreadExpression') {
      const given = evaluate(node.argument, scope, rendering);
      if (!(given instanceof Dict))
        throw new TemplateError(`argument after ** must be a mapping, not ${typeName(given)}`);
      for (const [key, value] of given.entries.values()) named.set(toText(key).text, value);
    } else positional.push(evaluate(node, scope, rendering));
  }
  return { positional, named };
}

export function call(callee: Value, args: Arguments): Value {
  if (callee instanceof Callable) return callee.call(args);
  if (callee instanceof Undefined) throw new TemplateError(`${callee.what} is undefined`);
  throw new TemplateError(`'${typeName(callee)}' object is not callable`);
}

/** A value filtered by `name` or `name(arguments)`. */
export function filtered(
  value: Value,
  filter: IdentifierNode | CallNode,
  scope: Scope,
  rendering: Rendering,
): Value {
  const isCall = filter.type === 'CallExpression';
  const name = isCall ? filter.callee : filter;
  if (name.type !== 'Identifier') throw new TemplateError('a filter has no name');
  const args = evaluateArguments(isCall ? filter.args : [], scope, rendering);
  return applyFilter(name.value, value, args, rendering.budget);
}

function binary({ operator, left, right }: BinaryNode, scope: Scope, rendering: Rendering): Value {
  const first = evaluate(left, scope, rendering);
  if (operator.value === 'and') return isTrue(first) ? evaluate(right, scope, rendering) : first;
  if (operator.value === 'or') return isTrue(first) ? first : evaluate(right, scope, rendering);
  return operate(operator.value, first, evaluate(right, scope, rendering), rendering.budget);
}

function member({ object, property, computed }: MemberNode, scope: Scope, rendering: Rendering): Value {
  const { budget } = rendering;
  const value = evaluate(object, scope, rendering);
  if (property.type === 'SliceExpression') {
    const bounds = [property.start, property.stop, property.step].map(
      (bound) => bound && evaluate(bound, scope, rendering),
    );
    return sliceOf(value, bounds, budget);
  }
  if (computed) return attributeOf(value, evaluate(property, scope, rendering), false, budget);
  if (property.type === 'Identifier') return attributeOf(value, text(property.value), true, budget);
  if (property.type === 'IntegerLiteral') return attributeOf(value, property.value, true, budget);
  throw new TemplateError('a member has no name');
}

function unary(operator: string, value: Value): Value {
  if (operator === 'not') return !isTrue(value);
  const sign = operator === '-' ? -1 : 1;
  return value instanceof Float ? new Float(sign * value.value) : sign * expectNumber(value);
}

/** The value of an expression. @throws TemplateError, TooMuchWork */
export function evaluate(node: Node, scope: Scope, rendering: Rendering): Value {
  rendering.budget.spend(1);
  return rendering.budget.deeper(() => compute(node, scope, rendering));
}

function compute(node: Node, scope: Scope, rendering: Rendering): Value {
  const inner = (each: Node) => evaluate(each, scope, rendering);
  switch (node.type) {
    case 'StringLiteral':
      return new Text(node.value);
    case 'IntegerLiteral':
      return node.value;
    case 'FloatLiteral':
      return new Float(node.value);
    case 'ArrayLiteral':
      return new List(node.value.map(inner));
    case 'TupleLiteral':
      return new List(node.value.map(inner), true);
    case 'ObjectLiteral':
      return new Dict([...node.value].map(([key, value]) => [inner(key), inner(value)] as const));
    case 'Identifier':
      return scope.get(node.value);
    case 'MemberExpression':
      return member(node, scope, rendering);
    case 'CallExpression': {
      const callee = inner(node.callee);
      return call(callee, evaluateArguments(node.args, scope, rendering));
    }
    case 'BinaryExpression':
      return binary(node, scope, rendering);
    case 'UnaryExpression':
      return unary(node.operator.value, inner(node.argument));
    case 'FilterExpression':
      return filtered(inner(node.operand), node.filter, scope, rendering);
    case 'TestExpression':
      return test(node.test.value, inner(node.operand), [], rendering.budget) !== node.negate;
    case 'SelectExpression':
      return isTrue(inner(node.test)) ? inner(node.lhs) : new Undefined('the inline if-expression');
    case 'Ternary':
      return isTrue(inner(node.condition)) ? inner(node.trueExpr) : inner(node.falseExpr);
    default:
      throw new TemplateError(`${node.type} has no value`);
  }
}
