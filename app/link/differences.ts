type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two values are the same as JSON. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A value without what is as in `first`, however deep; undefined where nothing differs. Lists are kept whole. */
export function differenceFrom(first: unknown, value: unknown): unknown {
  if (!isPlain(first) || !isPlain(value)) return isSame(first, value) ? undefined : value;
  const parts = Object.entries(value).flatMap(([name, part]) => {
    const left = differenceFrom(first[name], part);
    return left === undefined ? [] : [[name, left]];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** `first` with a difference from it put in place: takes `differenceFrom` back. */
export function withDifference(first: unknown, difference: unknown): unknown {
  if (difference === undefined) return first;
  if (!isPlain(first) || !isPlain(difference)) return difference;
  const parts = Object.entries(difference).map(([name, part]) => [name, withDifference(first[name], part)]);
  return { ...first, ...Object.fromEntries(parts) };
}
