import { EngineError } from '../errors.ts';
import { toQuestionSet } from '../identify/import/question-set.ts';
import { readTable } from '../identify/import/read-table.ts';
import { readSuite } from '../impact/import/read-suite.ts';
import type { HandlersOf } from '../protocol/server.ts';
import type { TableCalls } from '../protocol/table-messages.ts';
import { unpackRuns } from './archive.ts';

/** What answers the calls of the worker that reads files. */
export const tables: HandlersOf<TableCalls> = {
  async open({ file }, { signal, emit }) {
    const read = await readTable(file, file.name, { signal, onProgress: emit });
    if (read.format === 'h-neuron-questions') return read;
    const { rows: _, ...head } = read;
    return head;
  },
  async questions({ file, mapping, about }, { signal, emit }) {
    const read = await readTable(file, file.name, { signal });
    if (read.format === 'h-neuron-questions')
      throw new EngineError('bad-input', `${read.name} changed while it was read; open it again.`);
    return toQuestionSet(read, mapping, about, { signal, onProgress: emit });
  },
  async suite({ file }, { signal, emit }) {
    const { format, ...read } = await readSuite(file, file.name, { signal, onProgress: emit });
    return { ...read, ...(format ? { format: { title: format.title } } : {}) };
  },
  runFiles: ({ files }) => unpackRuns(files),
};
