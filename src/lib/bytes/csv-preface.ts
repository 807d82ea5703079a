/** Excel's line that names the delimiter, perhaps with delimiters behind it, and PowerShell's that names a type. */
const FORMS = [
  /^\uFEFF?sep=(?<delimiter>[^\r\n])\k<delimiter>*[ ]*(?:\r\n|\r|\n)/i,
  /^\uFEFF?"sep=(?<delimiter>[^"\r\n])"[^\p{L}\p{N}\r\n]*(?:\r\n|\r|\n)/iu,
  /^\uFEFF?"?#TYPE [^\r\n]*(?:\r\n|\r|\n)/,
];

/** A first line of a CSV file that is no row. */
export interface CsvPreface {
  /** UTF-16 units, the end of the line included. */
  readonly length: number;
  /** The delimiter that it names. */
  readonly delimiter?: string;
}

/** The first line of a CSV file where it names the delimiter ("sep=;") or a type ("#TYPE ...") and is no row. */
export function prefaceOf(text: string): CsvPreface | undefined {
  for (const form of FORMS) {
    const match = form.exec(text);
    if (match) return { length: match[0].length, delimiter: match.groups?.delimiter };
  }
  return undefined;
}
