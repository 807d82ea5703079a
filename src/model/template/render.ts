import { createBudget, TooMuchWork } from './budget.ts';
import { Scope } from './evaluate.ts';
import { globals } from './globals.ts';
import { run } from './statements.ts';
import { parseTemplate } from './syntax.ts';
import { joinTexts, type Text } from './text.ts';
import { fromPlain } from './values.ts';

/**
 * Renders a Jinja template as Python's Jinja2 does with the settings of transformers. Texts among the variables keep
 * track of what was typed.
 * @throws TooMuchWork for a template that would take too long or too much memory
 * @throws TemplateError where it is no Jinja, refuses what it is given, or does what Python does not allow
 */
export function renderTemplate(source: string, variables: Readonly<Record<string, unknown>>): Text {
  const budget = createBudget();
  const scope = new Scope();
  for (const [name, value] of globals(budget)) scope.values.set(name, value);
  for (const [name, value] of Object.entries(variables)) scope.values.set(name, fromPlain(value));
  const out: Text[] = [];
  try {
    run(parseTemplate(source), scope, { budget }, out);
  } catch (error) {
    // Deep templates may use up the stack before the levels that are counted.
    throw error instanceof RangeError ? new TooMuchWork('is nested too deep') : error;
  }
  return joinTexts(out);
}
