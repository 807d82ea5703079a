/** A column of a table: what stands above it, and what a row has in it. They cannot part. */
export interface Column<Row, Cell extends string | number = string> {
  readonly head: string;
  readonly cell: (row: Row, index: number) => Cell;
}

/** A table as it is shown or saved: as many cells in every row as in the head. */
export interface TableData<Cell extends string | number = string> {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The table that columns make of rows. */
export function tableOf<Row, Cell extends string | number = string>(
  columns: readonly Column<Row, Cell>[],
  rows: readonly Row[],
): TableData<Cell> {
  return {
    head: columns.map(({ head }) => head),
    rows: rows.map((row, index) => columns.map(({ cell }) => cell(row, index))),
  };
}
