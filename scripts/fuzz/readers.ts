import { modelReaders } from './readers/models.ts';
import { pageReaders } from './readers/page.ts';
import { questionReaders } from './readers/questions.ts';
import { runReaders } from './readers/runs.ts';
import { setReaders } from './readers/sets.ts';
import { templateReaders } from './readers/templates.ts';
import type { Reader } from './types.ts';

/** Every reader of what strangers made. */
export const READERS: readonly Reader[] = [
  ...modelReaders,
  ...questionReaders,
  ...setReaders,
  ...runReaders,
  ...templateReaders,
  ...pageReaders,
];

export function readerOf(name: string): Reader {
  const reader = READERS.find((each) => each.name === name);
  if (!reader)
    throw new Error(`There is no reader ${name}; there are ${READERS.map((each) => each.name).join(', ')}.`);
  return reader;
}
