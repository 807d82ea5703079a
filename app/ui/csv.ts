/** A cell that a spreadsheet would run as a formula is told apart from one by a leading apostrophe. */
function neutralised(cell: string): string {
  const formula = /^[=+\-@\t\r]/.test(cell);
  return formula && !isNumber(cell) ? `'${cell}` : cell;
}

function isNumber(cell: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell);
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Rows as CSV (RFC 4180): lines end in CRLF, the first is the head; formulas are neutralised. */
export function toCsv(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    cells.map((cell) => quoted(typeof cell === 'number' ? String(cell) : neutralised(cell))).join(',');
  return [head, ...rows].map((cells) => `${line(cells)}\r\n`).join('');
}
