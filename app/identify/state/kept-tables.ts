import { z } from 'zod';
import type { ColumnMapping } from '../../../src/datasets/questions/columns.ts';
import type { TableFiles } from '../../../src/datasets/tables/table-files.ts';
import { shownName } from '../../../src/lib/shown.ts';
import { keep, readKept } from '../../link/kept.ts';
import {
  filesDatabase,
  type KeptPlace,
  type KeptTable,
  keepWithin,
  mostKept,
  type TableChoice,
} from '../../studies/kept-files.ts';

const paths = z.array(z.string());
const mappingSchema: z.ZodType<Partial<ColumnMapping>> = z.object({
  question: z.string().optional(),
  answers: z.string().optional(),
  aliases: paths.optional(),
  group: z.string().optional(),
  id: z.string().optional(),
  separator: z.enum([';', '|', '']).optional(),
  choices: paths.optional(),
  key: z.enum(['label', 'marks', 'letter', 'text', 'from 0', 'from 1']).optional(),
  ask: z.enum(['open', 'choices']).optional(),
});
const choiceSchema: z.ZodType<TableChoice & { readonly id: string }> = z.object({
  id: z.string(),
  mapping: mappingSchema,
  taken: mappingSchema.optional(),
});

/** What a table is called, and its bytes. */
export function sizeOf({ files, name }: TableFiles): { readonly name: string; readonly bytes: number } {
  return {
    name: name ?? files[0]?.name ?? 'The file',
    bytes: files.reduce((sum, { blob }) => sum + blob.size, 0),
  };
}

/** This tab's own table of a place: another tab may have put one of its own there. */
const idName = (place: KeptPlace) => `${place}.id`;

/**
 * Keeps a table in this browser in the place of the one before.
 * @returns a sentence where it is not kept, as it is too large or the browser has no room
 */
export async function keepTable(place: KeptPlace, kept: KeptTable): Promise<string | undefined> {
  const { name, bytes } = sizeOf(kept.table);
  keep(idName(place), kept.id);
  return keepWithin(name, bytes, async (db) => {
    if (bytes > mostKept) await db.delete('tables', place);
    else await db.put('tables', kept, place);
  });
}

/** Keeps what was said of a table that is kept. */
export async function keepChoice(place: KeptPlace, id: string, choice: TableChoice): Promise<void> {
  try {
    await (await filesDatabase()).put('choices', { ...choice, id }, place);
  } catch {
    // Without it the columns are guessed again.
  }
}

export interface FoundTable {
  readonly kept?: KeptTable & { readonly choice?: TableChoice };
  /** A sentence where this tab's table was kept once and is not there any more. */
  readonly note?: string;
}

/** The table that a place keeps. */
export async function keptTable(place: KeptPlace): Promise<FoundTable> {
  const own = readKept(idName(place), z.string());
  try {
    const db = await filesDatabase();
    const [kept, said] = await Promise.all([db.get('tables', place), db.get('choices', place)]);
    if (!kept) return {};
    const { name } = sizeOf(kept.table);
    if (own !== undefined && own !== kept.id)
      return {
        note: `Another tab of this page has opened ${shownName(name)} since, and only the newest file is kept; open yours again.`,
      };
    keep(idName(place), kept.id);
    const choice = choiceSchema.safeParse(said).data;
    return { kept: { ...kept, ...(choice?.id === kept.id ? { choice } : {}) } };
  } catch {
    return {};
  }
}

/** Forgets the table of a place. */
export async function forgetTable(place: KeptPlace): Promise<void> {
  keep(idName(place), undefined);
  try {
    const db = await filesDatabase();
    await Promise.all([db.delete('tables', place), db.delete('choices', place)]);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
