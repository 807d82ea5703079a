import { call, evaluate, evaluateArguments, filtered, type Rendering, Scope } from './evaluate.ts';
import type { CallBlockNode, ForNode, Node, Parameter, SetNode } from './syntax.ts';
import type { Text } from './text.ts';
import { joinValues } from './text-methods.ts';
import {
  type Arguments,
  areEqual,
  Callable,
  Dict,
  isTrue,
  itemsOf,
  List,
  Namespace,
  orUndefined,
  TemplateError,
  text,
  toText,
  typeName,
  Undefined,
  type Value,
  weightOf,
} from './values.ts';

/** What a round of a loop takes beside its body: a scope and what `loop` tells. */
const STEPS_A_ROUND = 20;

/** How a block ended: by itself, or by a word that ends or goes on with the loop around it. */
type End = 'end' | 'break' | 'continue';

/** Writes the statements of a block. */
export function run(nodes: readonly Node[], scope: Scope, rendering: Rendering, out: Text[]): End {
  for (const node of nodes) {
    rendering.budget.spend(1);
    const end = statement(node, scope, rendering, out);
    if (end !== 'end') return end;
  }
  return 'end';
}

/** The text of a block that stands by itself. */
function block(nodes: readonly Node[], scope: Scope, rendering: Rendering): Text {
  const out: Text[] = [];
  rendering.budget.deeper(() => run(nodes, scope, rendering, out));
  return joinValues(out, text(''), rendering.budget);
}

function statement(node: Node, scope: Scope, rendering: Rendering, out: Text[]): End {
  switch (node.type) {
    case 'Comment':
      return 'end';
    case 'Break':
      return 'break';
    case 'Continue':
      return 'continue';
    case 'If': {
      const chosen = isTrue(evaluate(node.test, scope, rendering)) ? node.body : node.alternate;
      return rendering.budget.deeper(() => run(chosen, scope, rendering, out));
    }
    case 'For':
      loop(node, scope, rendering, out);
      return 'end';
    case 'Set':
      set(node, scope, rendering);
      return 'end';
    case 'Macro':
      scope.values.set(node.name.value, macro(node.name.value, node.args, node.body, scope, rendering));
      return 'end';
    case 'CallStatement':
      out.push(toText(callBlock(node, scope, rendering)));
      return 'end';
    case 'FilterStatement':
      out.push(
        toText(filtered(block(node.body, new Scope(scope), rendering), node.filter, scope, rendering)),
      );
      return 'end';
    default: {
      const value = evaluate(node, scope, rendering);
      rendering.budget.weigh(weightOf(value));
      const written = toText(value);
      rendering.budget.write(written.length);
      out.push(written);
      return 'end';
    }
  }
}

function assign(target: Node, value: Value, scope: Scope, rendering: Rendering): void {
  if (target.type === 'Identifier') scope.values.set(target.value, value);
  else if (target.type === 'TupleLiteral') {
    const items = itemsOf(value);
    if (items.length !== target.value.length)
      throw new TemplateError(`${items.length} values for ${target.value.length} names`);
    for (const [i, each] of target.value.entries()) assign(each, items[i], scope, rendering);
  } else if (target.type === 'MemberExpression' && target.property.type === 'Identifier') {
    const object = evaluate(target.object, scope, rendering);
    if (!(object instanceof Namespace))
      throw new TemplateError('cannot assign attribute on non-namespace object');
    object.values.set(target.property.value, value);
  } else throw new TemplateError(`cannot assign to ${target.type}`);
}

function set({ assignee, value, body }: SetNode, scope: Scope, rendering: Rendering): void {
  const given = value ? evaluate(value, scope, rendering) : block(body, new Scope(scope), rendering);
  assign(assignee, given, scope, rendering);
}

function loopVariable(items: readonly Value[], i: number, changed: { last: Value | undefined }): Dict {
  const cycle = ({ positional }: Arguments) => orUndefined(positional[i % positional.length], 'cycle');
  const isChanged = ({ positional }: Arguments) => {
    const now = new List(positional, true);
    const isNew = changed.last === undefined || !areEqual(changed.last, now);
    changed.last = now;
    return isNew;
  };
  const entries: [string, Value][] = [
    ['index', i + 1],
    ['index0', i],
    ['revindex', items.length - i],
    ['revindex0', items.length - i - 1],
    ['first', i === 0],
    ['last', i === items.length - 1],
    ['length', items.length],
    ['depth', 1],
    ['depth0', 0],
    ['previtem', i > 0 ? items[i - 1] : new Undefined('there is no previous item')],
    ['nextitem', i + 1 < items.length ? items[i + 1] : new Undefined('there is no next item')],
    ['cycle', new Callable('cycle', cycle)],
    ['changed', new Callable('changed', isChanged)],
  ];
  return new Dict(entries.map(([key, value]) => [text(key), value] as const));
}

function loop(
  { loopvar, iterable, body, defaultBlock }: ForNode,
  scope: Scope,
  rendering: Rendering,
  out: Text[],
): void {
  const filter = iterable.type === 'SelectExpression' ? iterable.test : undefined;
  const all = itemsOf(
    evaluate(iterable.type === 'SelectExpression' ? iterable.lhs : iterable, scope, rendering),
  );
  rendering.budget.items(all.length);
  const items = filter
    ? all.filter((item) => {
        const own = new Scope(scope);
        assign(loopvar, item, own, rendering);
        return isTrue(evaluate(filter, own, rendering));
      })
    : all;
  const changed = { last: undefined };
  for (const [i, item] of items.entries()) {
    const own = new Scope(scope);
    own.values.set('loop', loopVariable(items, i, changed));
    assign(loopvar, item, own, rendering);
    rendering.budget.spend(STEPS_A_ROUND);
    if (rendering.budget.deeper(() => run(body, own, rendering, out)) === 'break') break;
  }
  if (items.length === 0) rendering.budget.deeper(() => run(defaultBlock, new Scope(scope), rendering, out));
}

function macro(
  name: string,
  parameters: readonly Parameter[],
  body: readonly Node[],
  scope: Scope,
  rendering: Rendering,
): Callable {
  return new Callable(name, ({ positional, named }) =>
    rendering.budget.deeper(() => {
      const own = new Scope(scope);
      const rest = new Map(named);
      for (const [i, parameter] of parameters.entries()) {
        const isPlain = parameter.type === 'Identifier';
        const key = isPlain ? parameter.value : parameter.key.value;
        const given = positional[i] === undefined ? rest.get(key) : positional[i];
        rest.delete(key);
        own.values.set(
          key,
          given === undefined && !isPlain
            ? evaluate(parameter.value, own, rendering)
            : orUndefined(given, `parameter '${key}'`),
        );
      }
      const caller = rest.get('caller');
      if (caller) own.values.set('caller', caller);
      rest.delete('caller');
      own.values.set('varargs', new List(positional.slice(parameters.length), true));
      own.values.set('kwargs', new Dict([...rest].map(([key, value]) => [text(key), value] as const)));
      return block(body, own, rendering);
    }),
  );
}

function callBlock(
  { call: node, callerArgs, body }: CallBlockNode,
  scope: Scope,
  rendering: Rendering,
): Value {
  const callee = evaluate(node.callee, scope, rendering);
  if (!(callee instanceof Callable)) throw new TemplateError(`'${typeName(callee)}' object is not callable`);
  const { positional, named } = evaluateArguments(node.args, scope, rendering);
  const caller = macro('caller', callerArgs ?? [], body, scope, rendering);
  return call(callee, { positional, named: new Map([...named, ['caller', caller]]) });
}
