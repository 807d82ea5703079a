/**
 * Works on up to `ahead` items at a time and gives the results in the items' order. Once a result is an error, or no
 * more are taken, nothing new is started, and what was started is waited for.
 * @param work what it throws is thrown in its place
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const started: Promise<Result>[] = [];
  try {
    for (let next = 0; next < items.length || started.length > 0; ) {
      for (; next < items.length && started.length < ahead; next++) {
        const result = work(items[next]);
        // Of items behind one that fails nobody waits for the result.
        result.catch(() => {});
        started.push(result);
      }
      yield await (started.shift() as Promise<Result>);
    }
  } finally {
    await Promise.allSettled(started);
  }
}
