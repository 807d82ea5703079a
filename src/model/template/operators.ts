import type { Budget } from './budget.ts';
import { isIn } from './tests.ts';
import { Text } from './text.ts';
import { percentFormat } from './text-format.ts';
import { joinValues } from './text-methods.ts';
import {
  areEqual,
  compare,
  Float,
  List,
  numberOf,
  TemplateError,
  text,
  toText,
  typeName,
  Undefined,
  type Value,
  weightOf,
} from './values.ts';

const NOTHING = text('');

function repeated(value: Text | List, times: number, budget: Budget): Value {
  const count = Math.max(0, times);
  if (value instanceof Text) {
    budget.text(value.length * count);
    if (value.typed.length === 0) return text(value.text.repeat(count));
    budget.items(count);
    return joinValues(Array<Text>(count).fill(value), NOTHING, budget);
  }
  budget.items(value.items.length * count);
  return new List(Array.from({ length: count }, () => value.items).flat(), value.isTuple);
}

function arithmetic(operator: string, a: number, b: number): number {
  if (['/', '//', '%'].includes(operator) && b === 0) throw new TemplateError('division by zero');
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - b * Math.floor(a / b);
    default:
      return a ** b;
  }
}

const COMPARED: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

/**
 * What an operator makes of two values, as in Python.
 * @throws TemplateError for values that it does not take
 */
export function operate(operator: string, left: Value, right: Value, budget: Budget): Value {
  budget.weigh(weightOf(left) + weightOf(right));
  if (operator === '==') return areEqual(left, right);
  if (operator === '!=') return !areEqual(left, right);
  if (operator === 'in') return isIn(left, right, budget);
  if (operator === 'not in') return !isIn(left, right, budget);
  if (operator === '~') return joinValues([toText(left), toText(right)], NOTHING, budget);
  for (const value of [left, right])
    if (value instanceof Undefined) throw new TemplateError(`${value.what} is undefined`);
  if (Object.hasOwn(COMPARED, operator)) {
    return COMPARED[operator](compare(left, right));
  }
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) {
    const isFloat =
      left instanceof Float || right instanceof Float || operator === '/' || (operator === '**' && b < 0);
    const result = arithmetic(operator, a, b);
    if (!Number.isFinite(result)) throw new TemplateError('a number is too large');
    return isFloat ? new Float(result) : result;
  }
  if (operator === '%' && left instanceof Text) return percentFormat(left, right, budget);
  if (operator === '+') {
    if (left instanceof Text && right instanceof Text) return joinValues([left, right], NOTHING, budget);
    if (left instanceof List && right instanceof List && left.isTuple === right.isTuple) {
      budget.items(left.items.length + right.items.length);
      return new List([...left.items, ...right.items], left.isTuple);
    }
  }
  if (operator === '*') {
    if ((left instanceof Text || left instanceof List) && typeof right === 'number')
      return repeated(left, right, budget);
    if ((right instanceof Text || right instanceof List) && typeof left === 'number')
      return repeated(right, left, budget);
  }
  throw new TemplateError(
    `unsupported operand types for ${operator}: ${typeName(left)} and ${typeName(right)}`,
  );
}
