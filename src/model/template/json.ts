import type { Budget } from './budget.ts';
import { joinTexts, Text } from './text.ts';
import {
  Dict,
  Float,
  List,
  repr,
  TemplateError,
  text,
  toText,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

export interface JsonOptions {
  /** What stands before an entry of the next level; undefined for one line. */
  readonly indent: string | undefined;
  readonly item: string;
  readonly key: string;
  readonly sortKeys: boolean;
  readonly ascii: boolean;
}

function jsonText(value: Text, ascii: boolean): Text {
  const inner = value.map((part) => {
    const escaped = JSON.stringify(part).slice(1, -1);
    return ascii
      ? escaped.replace(
          /[\u007f-\uffff]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        )
      : escaped;
  });
  return joinTexts([text('"'), inner, text('"')]);
}

function enclosed(
  open: string,
  parts: readonly Text[],
  close: string,
  options: JsonOptions,
  depth: number,
): Text {
  if (parts.length === 0) return text(open + close);
  const { indent, item } = options;
  if (indent === undefined) return joinTexts([text(open), joinTexts(parts, text(item)), text(close)]);
  const line = (level: number) => `\n${indent.repeat(level)}`;
  return joinTexts([
    text(open + line(depth + 1)),
    joinTexts(parts, text(item + line(depth + 1))),
    text(line(depth) + close),
  ]);
}

/** A value as Python's json.dumps writes it. @throws TemplateError for what JSON has no form for */
export function toJson(value: Value, options: JsonOptions, budget: Budget, depth = 0): Text {
  budget.spend(1);
  const inner = (each: Value) => budget.deeper(() => toJson(each, options, budget, depth + 1));
  if (value === null) return text('null');
  if (typeof value === 'boolean') return text(String(value));
  if (value instanceof Text) {
    budget.text(value.length);
    return jsonText(value, options.ascii);
  }
  if (typeof value === 'number' || value instanceof Float) return toText(value);
  if (value instanceof List) return enclosed('[', value.items.map(inner), ']', options, depth);
  if (value instanceof Dict) {
    const entries = [...value.entries.values()].map(([key, each]) => [jsonKey(key), each] as const);
    if (options.sortKeys) entries.sort(([a], [b]) => (a.text < b.text ? -1 : Number(a.text > b.text)));
    const parts = entries.map(([key, each]) =>
      joinTexts([jsonText(key, options.ascii), text(options.key), inner(each)]),
    );
    return enclosed('{', parts, '}', options, depth);
  }
  throw new TemplateError(
    `Object of type ${value instanceof Undefined ? 'Undefined' : typeName(value)} is not JSON serializable`,
  );
}

function jsonKey(key: Value): Text {
  if (key instanceof Text) return key;
  if (key === null) return text('null');
  if (typeof key === 'boolean') return text(String(key));
  return repr(key);
}
