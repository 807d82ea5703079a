import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import type { Suite } from '../../src/datasets/suites/suite.ts';
import { newRunKey } from '../../src/studies/identify/run-key.ts';
import { readInWorker } from '../studies/read-file.ts';
import { type Reading, useReading } from '../ui/useReading.ts';
import { forgetSuite, keepSuite, keptSuites } from './state/kept-suites.ts';
import { named } from './suite-words.ts';

/** A suite of the person's own, under the id that the browser keeps it by. */
interface OwnSuite {
  readonly id: string;
  readonly suite: Suite;
}

export interface OwnSuites {
  readonly suites: readonly Suite[];
  /** Of those that were kept. */
  readonly reading: Reading;
  /** What a person should know of what is kept. */
  readonly note: string | undefined;
  /** Adds a suite under a name that none of the others has; returns it so. */
  add(suite: Suite, others: readonly Suite[]): Suite;
  /** Forgets a suite by its name. */
  remove(name: string): void;
}

/** Suites of the person's own: they are there again after a reload. */
export function useOwnSuites(): OwnSuites {
  const reading = useReading();
  const [own, setOwn] = useState<readonly OwnSuite[]>([]);
  const [note, setNote] = useState<string>();
  const suites = useMemo(() => own.map(({ suite }) => suite), [own]);

  const restore = useEffectEvent(async (isWanted: () => boolean) => {
    const known = new Set(own.map(({ id }) => id));
    const missing = (await keptSuites()).filter(({ id }) => !known.has(id));
    if (!isWanted() || missing.length === 0) return;
    await reading.read(async (options) => {
      for (const { id, text } of missing) {
        const table = { files: [{ name: 'The kept suite', blob: text }] };
        const { suite } = await readInWorker('suite', { table }, options);
        if (options.signal.aborted) return;
        setOwn((all) => [
          ...all,
          {
            id,
            suite: named(
              suite,
              all.map((each) => each.suite),
            ),
          },
        ]);
      }
    });
  });
  useEffect(() => {
    let wanted = true;
    void restore(() => wanted);
    return () => {
      wanted = false;
    };
  }, []);

  return {
    suites,
    reading,
    note,
    add(suite, others) {
      const added = named(suite, others);
      const id = newRunKey();
      setOwn((all) => [...all, { id, suite: added }]);
      void keepSuite(id, added).then(setNote);
      return added;
    },
    remove(name) {
      setNote(undefined);
      for (const { id, suite } of own) if (suite.name === name) void forgetSuite(id);
      setOwn((all) => all.filter(({ suite }) => suite.name !== name));
    },
  };
}
