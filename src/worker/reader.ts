import { toQuestionSet } from '../datasets/questions/from-table.ts';
import { readSuiteFiles } from '../datasets/suites/read-suite.ts';
import { readTableFiles } from '../datasets/tables/table-files.ts';
import { unpackRuns } from '../lib/bytes/zip-files.ts';
import { EngineError } from '../lib/errors.ts';
import { readNeuronSetFile } from '../neurons/formats/read.ts';
import type { HandlersOf } from '../rpc/server.ts';
import { readRunFile } from '../saved/run-file.ts';
import { readRunFiles } from '../studies/identify/read-run-files.ts';
import type { ReaderCalls } from './reader-calls.ts';

/** What answers the calls of the worker that reads files. */
export const reader: HandlersOf<ReaderCalls> = {
  start: async () => ({}),
  async open({ table }, { signal, emit }) {
    const read = await readTableFiles(table, { signal, onProgress: emit });
    if (read.format === 'h-neuron-questions') return read;
    const { rows: _, ...head } = read;
    return head;
  },
  async questions({ table, mapping, about }, { signal, emit }) {
    const read = await readTableFiles(table, { signal });
    if (read.format === 'h-neuron-questions')
      throw new EngineError('bad-input', `${read.name} changed while it was read; open it again.`);
    return toQuestionSet(read, mapping, about, { signal, onProgress: emit });
  },
  async suite({ table, about }, { signal, emit }) {
    const { format, ...read } = await readSuiteFiles(table, { signal, about, onProgress: emit });
    return { ...read, ...(format ? { format: { title: format.title } } : {}) };
  },
  async runFiles({ files }) {
    const unpacked = await unpackRuns(files);
    await readRunFiles(unpacked);
    return unpacked;
  },
  savedRun: ({ file }) => readRunFile(file),
  neuronSet: ({ file, model, layout, created }) =>
    readNeuronSetFile(file, file.name, layout, model, { created }),
};
