import Papa from 'papaparse';
import { prefaceOf } from '../../lib/bytes/csv-preface.ts';
import { type CsvRow, csvRows } from '../../lib/bytes/csv-rows.ts';
import { shownName } from '../../lib/shown.ts';
import { neuronAt } from '../layout.ts';
import type { NeuronSet } from '../set-file.ts';
import { type Column, findColumn } from './columns.ts';
import { type FoundNeuron, type FoundSet, refuse, type SetSource } from './found.ts';

/** The delimiter: the one that the first line has most of. */
function delimiterOf(text: string): string {
  const line = /\S.*/.exec(text)?.[0] ?? '';
  const count = (sign: string) => line.split(sign).length;
  return ['\t', ';', '|', ','].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

/** Rows that are not blank, their cells without the spaces around them. */
function rowsOf(whole: string, { fileName, layout }: SetSource): CsvRow[] {
  const preface = prefaceOf(whole);
  const text = whole.slice(preface?.length ?? 0);
  const reader = csvRows({
    delimiter: preface?.delimiter ?? delimiterOf(text),
    newline: text.includes('\n') || !text.includes('\r') ? '\n' : '\r',
    line: preface ? 2 : 1,
  });
  const rows: CsvRow[] = [];
  for (const part of [reader.take(text), reader.end()])
    for (const { line, cells, problem } of part) {
      if (problem !== undefined) refuse(fileName, `is not valid in line ${line}: it ${problem}.`);
      const trimmed = cells.map((cell) => cell.trim());
      if (trimmed.every((cell) => cell === '')) continue;
      // The first may be a head.
      if (rows.length > layout.total)
        refuse(
          fileName,
          `has more lines than this model has neurons, which are ${layout.total}; give a line for each neuron.`,
        );
      rows.push({ line, cells: trimmed });
    }
  return rows;
}

const isWhole = (cell: string | undefined) => cell !== undefined && /^\d+(\.0+)?$/.test(cell);
const isNumber = (cell: string) => cell !== '' && Number.isFinite(Number(cell));

type Places = Readonly<Partial<Record<Column, number>>>;

const columns: readonly Column[] = ['layer', 'neuron', 'flat', 'weight', 'intercept', 'set', 'model'];

/** Which column is where, and the rows below the head; a table without a head has layer, neuron and weight. */
function placesOf(rows: readonly CsvRow[], fileName: string): { places: Places; body: readonly CsvRow[] } {
  const [first] = rows;
  if (first.cells.slice(0, 2).every(isWhole)) {
    if (first.cells.length < 2)
      refuse(
        fileName,
        'has one column of numbers without a head; give layer and neuron, or name it flat_index.',
      );
    return { places: { layer: 0, neuron: 1, ...(first.cells.length > 2 && { weight: 2 }) }, body: rows };
  }
  const places = Object.fromEntries(
    columns.flatMap((column) => {
      const at = findColumn(first.cells, column);
      return at === undefined ? [] : [[column, at]];
    }),
  ) as Places;
  if (places.flat === undefined && (places.layer === undefined || places.neuron === undefined))
    refuse(
      fileName,
      `has no columns "layer" and "neuron"; its first line is "${shownName(first.cells.join(', '))}".`,
    );
  return { places, body: rows.slice(1) };
}

function whole(row: CsvRow, at: number, what: string, fileName: string): number {
  const cell = row.cells[at] ?? '';
  if (!isWhole(cell))
    refuse(
      fileName,
      `is not valid in line ${row.line}: "${shownName(cell)}" is not a ${what}, a whole number counted from 0.`,
    );
  return Number(cell);
}

function numberIn(row: CsvRow, at: number | undefined, what: string, fileName: string): number | undefined {
  const cell = at === undefined ? '' : (row.cells[at] ?? '');
  if (cell === '') return undefined;
  if (!isNumber(cell))
    refuse(fileName, `is not valid in line ${row.line}: the ${what} "${shownName(cell)}" is not a number.`);
  return Number(cell);
}

/** A name without the apostrophe that export puts before what a spreadsheet would run. */
function nameIn(row: CsvRow | undefined, at: number | undefined): string | undefined {
  const cell = at === undefined ? undefined : row?.cells[at];
  return cell?.replace(/^'(?=[=+\-@])/, '') || undefined;
}

/**
 * Reads a table of neurons: CSV or TSV with the columns layer, neuron and, where there are weights, weight, in any order
 * under any usual name ("layer_idx", "neuron_idx", "importance"), or a flat index; without a head in this order.
 * @throws EngineError 'bad-input' with the line
 */
export function readCsv(text: string, source: SetSource): FoundSet {
  const { fileName, layout } = source;
  const rows = rowsOf(text, source);
  if (rows.length === 0) refuse(fileName, 'is empty; give a line for each neuron.');
  const { places, body } = placesOf(rows, fileName);
  const neurons = body.map((row): FoundNeuron => {
    const weight = numberIn(row, places.weight, 'weight', fileName);
    const where = `line ${row.line}`;
    const shown = weight === undefined ? { where } : { where, weight };
    if (places.layer !== undefined && places.neuron !== undefined)
      return {
        layer: whole(row, places.layer, 'layer', fileName),
        neuron: whole(row, places.neuron, 'neuron', fileName),
        ...shown,
      };
    const index = whole(row, places.flat ?? 0, 'flat index', fileName);
    if (index >= layout.total)
      refuse(
        fileName,
        `has the flat index ${index} in ${where}, but this model has ${layout.total} neurons.`,
      );
    return { ...neuronAt(layout, index), ...shown };
  });
  const intercepts = new Set(
    body
      .map((row) => numberIn(row, places.intercept, 'intercept', fileName))
      .filter((value) => value !== undefined),
  );
  if (intercepts.size > 1)
    refuse(fileName, `has the intercepts ${[...intercepts].slice(0, 2).join(' and ')}; a set has one.`);
  const [intercept] = intercepts;
  return { neurons, intercept, name: nameIn(body[0], places.set), model: nameIn(body[0], places.model) };
}

/** A set as CSV: a line for each neuron, its weight and the set's intercept where there are some, and the names. */
export function writeCsv({ name, model, neurons, intercept }: NeuronSet): string {
  const weighted = neurons.some(({ weight }) => weight !== undefined);
  const head = [
    'layer',
    'neuron',
    ...(weighted ? ['weight'] : []),
    ...(intercept === undefined ? [] : ['intercept']),
    'set',
    'model',
  ];
  const rows = neurons.map(({ layer, neuron, weight }) => [
    layer,
    neuron,
    ...(weighted ? [weight ?? ''] : []),
    ...(intercept === undefined ? [] : [intercept]),
    name,
    model.name,
  ]);
  return `${Papa.unparse([head, ...rows], { escapeFormulae: true, newline: '\r\n' })}\r\n`;
}
