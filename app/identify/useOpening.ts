import { useEffect, useEffectEvent, useState } from 'react';
import { type ColumnMapping, guessColumns } from '../../src/datasets/questions/columns.ts';
import type { AboutSet, ImportedSet } from '../../src/datasets/questions/from-table.ts';
import type { QuestionSet } from '../../src/datasets/questions/question-set.ts';
import type { TableHead } from '../../src/datasets/tables/table.ts';
import type { TableFiles } from '../../src/datasets/tables/table-files.ts';
import { newRunKey } from '../../src/studies/identify/run-key.ts';
import type { KeptPlace, KeptTable, TableChoice } from '../studies/kept-files.ts';
import { type ReadingOptions, readInWorker } from '../studies/read-file.ts';
import { type Reading, useReading } from '../ui/useReading.ts';
import { forgetTable, keepChoice, keepTable, keptTable } from './state/kept-tables.ts';

/** A table of questions that is open. */
export interface OpenTable {
  readonly head: TableHead;
  readonly about: AboutSet;
  readonly mapping: Partial<ColumnMapping>;
  /** What was taken of it last, and by which columns. */
  readonly imported?: ImportedSet;
  readonly taken?: Partial<ColumnMapping>;
}

/** A table before it is read; what is said of it may depend on its name then. */
interface Source {
  readonly table: TableFiles;
  readonly about: (name: string) => AboutSet;
}

export interface Opening {
  readonly reading: Reading;
  /** The files that are open or kept here. */
  readonly source: KeptTable | undefined;
  /** Undefined for a question set of the project's own, which has no columns. */
  readonly table: OpenTable | undefined;
  /** Whether `source` was read. */
  readonly isOpen: boolean;
  /** What a person should know of what is kept. */
  readonly note: string | undefined;
  /** Opens what `find` gives; what was open stays where that is refused or stopped. */
  open(find: (options: Required<ReadingOptions>) => Promise<Source>): Promise<void>;
  /** Opens what is kept. */
  reopen(): void;
  map(mapping: Partial<ColumnMapping>): void;
  /** Takes the questions of all rows. */
  take(): Promise<void>;
  /** Closes what is open and forgets it. */
  remove(): void;
}

/** A mapping that says which columns hold question and answers; undefined where it does not. */
export const completeMapping = ({ question, answers, ...others }: Partial<ColumnMapping>) =>
  question !== undefined && answers !== undefined ? { ...others, question, answers } : undefined;

/** A table of questions that is opened in one place of the page, read in a worker, and there again after a reload. */
export function useOpening(place: KeptPlace, onSet: (set: QuestionSet | undefined) => void): Opening {
  const reading = useReading();
  const [source, setSource] = useState<KeptTable>();
  const [table, setTable] = useState<OpenTable>();
  const [isOpen, setIsOpen] = useState(false);
  const [note, setNote] = useState<string>();

  function show(kept: KeptTable, opened: OpenTable | undefined, set: QuestionSet | undefined): void {
    setSource(kept);
    setTable(opened);
    setIsOpen(true);
    onSet(set);
  }

  /** The set of all rows; undefined where the columns are not all said. */
  async function setOf(
    { table: files, about }: KeptTable,
    mapping: Partial<ColumnMapping>,
    options: ReadingOptions,
  ): Promise<ImportedSet | undefined> {
    const complete = completeMapping(mapping);
    return complete && readInWorker('questions', { table: files, mapping: complete, about }, options);
  }

  async function restore(kept: KeptTable & { readonly choice?: TableChoice }): Promise<void> {
    setSource(kept);
    await reading.read(async (options) => {
      const head = await readInWorker('open', { table: kept.table }, options);
      if (head.format === 'h-neuron-questions') {
        if (!options.signal.aborted) show(kept, undefined, head.set);
        return;
      }
      const { mapping = guessColumns(head), taken } = kept.choice ?? {};
      if (options.signal.aborted) return;
      const opened = { head, about: kept.about, mapping };
      show(kept, opened, undefined);
      const imported = taken && (await setOf(kept, taken, options));
      if (imported && !options.signal.aborted) show(kept, { ...opened, taken, imported }, imported.set);
    });
  }

  const look = useEffectEvent(async (isWanted: () => boolean) => {
    if (isOpen) return;
    const found = await keptTable(place);
    if (!isWanted()) return;
    setNote(found.note);
    if (found.kept) await restore(found.kept);
  });
  useEffect(() => {
    let wanted = true;
    void look(() => wanted);
    return () => {
      wanted = false;
    };
  }, []);

  return {
    reading,
    source,
    table,
    isOpen,
    note,
    async open(find) {
      const made = await reading.read(async (options) => {
        const { table: files, about } = await find(options);
        return { files, about, head: await readInWorker('open', { table: files }, options) };
      });
      if (!made) return;
      const { files, head } = made;
      const about = made.about(head.name);
      const kept = { id: newRunKey(), table: files, about };
      if (head.format === 'h-neuron-questions') show(kept, undefined, head.set);
      else show(kept, { head, about, mapping: guessColumns(head) }, undefined);
      setNote(await keepTable(place, kept));
    },
    reopen() {
      if (source) void restore(source);
    },
    map(mapping) {
      if (!source || !table) return;
      setTable({ ...table, mapping });
      void keepChoice(place, source.id, { mapping, taken: table.taken });
    },
    async take() {
      if (!source || !table) return;
      const { mapping } = table;
      const imported = await reading.read((options) => setOf(source, mapping, options));
      if (!imported) return;
      setTable({ ...table, imported, taken: mapping });
      onSet(imported.set);
      await keepChoice(place, source.id, { mapping, taken: mapping });
    },
    remove() {
      reading.stop();
      reading.say(undefined);
      setSource(undefined);
      setTable(undefined);
      setIsOpen(false);
      setNote(undefined);
      onSet(undefined);
      void forgetTable(place);
    },
  };
}
