import type { z } from 'zod';
import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';

/** Objects and lists in each other; those of models are a few deep. */
const DEEPEST = 64;

/** How deep objects and lists lie in each other, without making anything of them. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (inText) {
      if (char === 0x5c) at++;
      else if (char === 0x22) inText = false;
    } else if (char === 0x22) inText = true;
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (char === 0x7d || char === 0x5d) depth--;
  }
  return deepest;
}

function fail(path: string, folder: string, what: string, cause?: unknown): EngineError {
  return new EngineError('load-failed', `${path} of ${folder} ${what}; download it again.`, { cause });
}

/**
 * A JSON file's content.
 * @param path of the file and
 * @param folder what it belongs to, for messages
 * @throws EngineError `load-failed` where it is no JSON, or nested deeper than any model's
 */
export function parseJsonFile(text: string, path: string, folder: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  if (depthOf(plain) > DEEPEST)
    throw fail(
      path,
      folder,
      `has values in each other that are more than ${DEEPEST} deep, which no model has`,
    );
  try {
    return JSON.parse(plain);
  } catch (cause) {
    const what = plain.trimStart().startsWith('<') ? 'is a web page' : 'is not valid JSON';
    throw fail(path, folder, what, cause);
  }
}

/** "model.vocab" or "added_tokens[3].content". */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** The issue that lies deepest, which of several forms is the one that was meant. */
function deepest(
  issues: readonly z.core.$ZodIssue[],
  before: readonly PropertyKey[] = [],
): { path: PropertyKey[]; message: string } {
  const found = issues.map((issue) => {
    const path = [...before, ...issue.path];
    const own = { path, message: issue.message };
    if (issue.code !== 'invalid_union') return own;
    const inner = issue.errors.filter((errors) => errors.length > 0).map((errors) => deepest(errors, path));
    return inner.reduce((best, each) => (each.path.length > best.path.length ? each : best), own);
  });
  return found[0];
}

/**
 * Checks a JSON file's content.
 * @throws EngineError `load-failed` that names the file, the place in it and what is wrong there
 */
export function checkJson<T>(schema: z.ZodType<T>, data: unknown, path: string, folder: string): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const { path: at, message } = deepest(result.error.issues);
  const place = at.length === 0 ? '' : ` at "${shownName(placeOf(at))}"`;
  const reason = message.replace(/^Invalid input: /, '').replace(/\.$/, '');
  throw fail(path, folder, `is not what this program can read${place}: ${reason}`, result.error);
}
