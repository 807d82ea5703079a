import { Text } from './text.ts';
import { type Arguments, numberOf, TemplateError, typeName, type Value } from './values.ts';

/**
 * Arguments by the names of parameters, as Python binds them.
 * @throws TemplateError for arguments that are too many or unknown
 */
export function bind(
  { positional, named }: Arguments,
  parameters: readonly string[],
): (name: string) => Value | undefined {
  if (positional.length > parameters.length)
    throw new TemplateError(`takes ${parameters.length} arguments, not ${positional.length}`);
  for (const name of named.keys())
    if (!parameters.includes(name)) throw new TemplateError(`takes no argument ${name}`);
  return (name) => {
    const given = positional[parameters.indexOf(name)];
    return given === undefined ? named.get(name) : given;
  };
}

export function expectText(value: Value | undefined): Text {
  if (value instanceof Text) return value;
  throw new TemplateError(`expected a text, not ${value === undefined ? 'nothing' : typeName(value)}`);
}

export function expectNumber(value: Value | undefined): number {
  const number = value === undefined ? undefined : numberOf(value);
  if (number !== undefined) return number;
  throw new TemplateError(`expected a number, not ${value === undefined ? 'nothing' : typeName(value)}`);
}
