import { type PageWalk, UNPACKS_LARGE } from './parquet-pages.ts';

/** Rows that are read first of a row group, for the preview. */
const FIRST = 100;
/** Rows at a time, and parts of a row group at most where pages leave the choice: lists are read whole in each. */
const ROWS = 20_000;
const PARTS = 4;
/** Bytes of memory at which no further page is read with those before, even where a file allows more. */
const ENOUGH = 32 * 2 ** 20;

/** A page of a column that was taken: up to which row it goes, and the bytes of memory that decoding it takes. */
interface Taken {
  readonly end: number;
  readonly memory: number;
}

/** Decides how many rows of a row group are decoded at a time, so that this takes no more memory than the file allows. */
export class RowBatches {
  private readonly columns: readonly { readonly walk: PageWalk; taken: Taken[] }[];
  private readonly rows: number;
  private readonly most: number;
  /** Bytes of what is decoded anew for every batch: dictionaries, and columns of lists. */
  private fixed = 0;

  /**
   * @param walks of the columns that are read
   * @param rows of the row group
   * @param most bytes of memory that decoding may take at a time
   */
  constructor(walks: readonly PageWalk[], rows: number, most: number) {
    this.rows = rows;
    this.most = most;
    this.columns = walks.filter(({ isFlat }) => isFlat).map((walk) => ({ walk, taken: [] }));
    for (const walk of walks) if (!walk.isFlat) this.takeWhole(walk);
  }

  private takeWhole(walk: PageWalk): void {
    for (let page = walk.peek(); page; page = walk.peek()) {
      this.takeFixed(page.memory);
      walk.take();
    }
    if (walk.rows < this.rows) throw new Error('a column ends before its last row');
  }

  private takeFixed(memory: number): void {
    this.fixed += memory;
    // What is decoded again and again must leave room for the rest.
    if (this.fixed > (3 * this.most) / 4) throw new Error(UNPACKS_LARGE);
  }

  /**
   * The row behind the last one that is read together with the row `from`.
   * @throws Error where the pages of one row take too much memory, or are no pages of a file of this size
   */
  endOf(from: number): number {
    const wanted = from === 0 ? FIRST : Math.max(ROWS, Math.ceil(this.rows / PARTS));
    const last = Math.min(this.rows, from + wanted);
    for (const column of this.columns) column.taken = column.taken.filter(({ end }) => end > from);
    let memory = this.columns.reduce(
      (sum, { taken }) => taken.reduce((inner, page) => inner + page.memory, sum),
      0,
    );
    let to = from;
    while (to < last) {
      for (const { walk, taken } of this.columns)
        while (walk.rows <= to) {
          const page = walk.peek();
          if (!page) throw new Error('a column ends before its last row');
          const together = this.fixed + memory + page.memory;
          if (to > from && together > Math.max(ENOUGH, 2 * this.fixed)) return to;
          if (together > this.most) throw new Error(UNPACKS_LARGE);
          walk.take();
          if (page.isDictionary) this.takeFixed(page.memory);
          else {
            memory += page.memory;
            taken.push({ end: walk.rows, memory: page.memory });
          }
        }
      to = Math.min(last, ...this.columns.map(({ walk }) => walk.rows));
    }
    return to;
  }
}
