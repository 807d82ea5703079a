import type { Budget } from './budget.ts';
import { Text } from './text.ts';
import {
  areEqual,
  Callable,
  compare,
  Dict,
  Float,
  itemsOf,
  List,
  numberOf,
  TemplateError,
  typeName,
  Undefined,
  type Value,
  weightOf,
} from './values.ts';

function whole(value: Value): number {
  const number = numberOf(value);
  if (number !== undefined) return number;
  throw new TemplateError(`not all arguments converted: ${typeName(value)} is no number`);
}

/** Whether a value is within another: an item, a key, a part of a text. */
export function isIn(value: Value, container: Value, budget: Budget): boolean {
  if (container instanceof Text) {
    if (!(value instanceof Text))
      throw new TemplateError(`'in <string>' requires string as left operand, not ${typeName(value)}`);
    budget.search(container.length, value.length);
    return container.text.includes(value.text);
  }
  if (container instanceof Dict) return container.get(value) !== undefined;
  const items = itemsOf(container);
  return items.some((item) => areEqual(item, value));
}

const isCollection = (value: Value) =>
  value instanceof List || value instanceof Dict || value instanceof Text;

type Test = (value: Value, args: readonly Value[], budget: Budget) => boolean;
const equal: Test = (value, [other]) => areEqual(value, other);
const unequal: Test = (value, [other]) => !areEqual(value, other);
const below: Test = (value, [other]) => compare(value, other) < 0;
const above: Test = (value, [other]) => compare(value, other) > 0;
const atMost: Test = (value, [other]) => compare(value, other) <= 0;
const atLeast: Test = (value, [other]) => compare(value, other) >= 0;

/** Jinja's tests, by name. */
const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['defined', (value) => !(value instanceof Undefined)],
  ['undefined', (value) => value instanceof Undefined],
  ['none', (value) => value === null],
  ['boolean', (value) => typeof value === 'boolean'],
  ['true', (value) => value === true],
  ['false', (value) => value === false],
  ['integer', (value) => typeof value === 'number'],
  ['float', (value) => value instanceof Float],
  ['number', (value) => numberOf(value) !== undefined],
  ['string', (value) => value instanceof Text],
  ['mapping', (value) => value instanceof Dict],
  ['iterable', (value) => isCollection(value) || value instanceof Undefined],
  ['sequence', (value) => isCollection(value) || value instanceof Undefined],
  ['callable', (value) => value instanceof Callable],
  ['odd', (value) => Math.abs(whole(value) % 2) === 1],
  ['even', (value) => whole(value) % 2 === 0],
  ['divisibleby', (value, [by]) => whole(value) % whole(by) === 0],
  [
    'lower',
    (value) =>
      value instanceof Text &&
      value.text === value.text.toLowerCase() &&
      value.text !== value.text.toUpperCase(),
  ],
  [
    'upper',
    (value) =>
      value instanceof Text &&
      value.text === value.text.toUpperCase() &&
      value.text !== value.text.toLowerCase(),
  ],
  ['in', (value, [container], budget) => isIn(value, container, budget)],
  ['sameas', (value, [other]) => value === other],
  ['escaped', () => false],
  ...(['eq', '==', 'equalto'] as const).map((name) => [name, equal] as const),
  ...(['ne', '!='] as const).map((name) => [name, unequal] as const),
  ...(['lt', '<', 'lessthan'] as const).map((name) => [name, below] as const),
  ...(['gt', '>', 'greaterthan'] as const).map((name) => [name, above] as const),
  ...(['le', '<='] as const).map((name) => [name, atMost] as const),
  ...(['ge', '>='] as const).map((name) => [name, atLeast] as const),
]);

/** @throws TemplateError for a test that Jinja does not have */
export function test(name: string, value: Value, args: readonly Value[], budget: Budget): boolean {
  const found = TESTS.get(name);
  if (!found) throw new TemplateError(`No test named '${name}'`);
  budget.weigh([value, ...args].reduce((sum: number, each) => sum + weightOf(each), 0));
  return found(value, args, budget);
}
