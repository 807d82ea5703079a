/** Cells of docs/results.md. */
export const number = (value: number) => value.toFixed(3);
export const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
export const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
