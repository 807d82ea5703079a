/** Units of times of day and of points in time, in seconds' parts. */
const UNITS = { MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;
export type Unit = keyof typeof UNITS;

const DAY_MS = 86_400_000;

/** How a column keeps points in time or times of day. */
export interface Moment {
  readonly unit: Unit;
  readonly isUtc: boolean;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
/** What no text holds. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROLS = /[\0-\x08\x0e-\x1f]/;

/** The text of bytes in UTF-8; nothing where they are none. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A text that bytes may hold which nothing says to be one: of fixed length it is filled up with zeros. */
export function plainTextOf(text: string | undefined): string | undefined {
  const bare = text?.replace(/\0+$/, '');
  return bare === undefined || CONTROLS.test(bare) ? undefined : bare;
}

/** A whole number with a point before its last digits: 1250 with the scale 2 is "12.50". */
export function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  if (scale <= 0) return `${sign}${digits}${digits === '0' ? '' : '0'.repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

export function clockText(parts: bigint, unit: Unit): string {
  const seconds = Number(parts / UNITS[unit]);
  const fraction = String(parts % UNITS[unit]).padStart(String(UNITS[unit]).length - 1, '0');
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return /[1-9]/.test(fraction) ? `${time}.${fraction.replace(/0+$/, '')}` : time;
}

/** The day as ISO 8601 writes it; nothing for days that no calendar has. */
export function dayText(days: number): string | undefined {
  const date = new Date(days * DAY_MS);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().split('T')[0];
}

export function stampText(parts: bigint, { unit, isUtc }: Moment): string | undefined {
  const perDay = 86_400n * UNITS[unit];
  const inDay = ((parts % perDay) + perDay) % perDay;
  const day = dayText(Number((parts - inDay) / perDay));
  return day === undefined ? undefined : `${day}T${clockText(inDay, unit)}${isUtc ? 'Z' : ''}`;
}

/** The number of fewest digits that is nearer to a value than to its neighbours. */
export function shortest(value: number, isNear: (candidate: number) => boolean): number {
  for (let digits = 1; digits < 17; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (isNear(candidate)) return candidate;
  }
  return value;
}

export function halfText(value: number): number {
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -14) - 10);
  return shortest(value, (candidate) => Math.abs(candidate - value) < step / 2);
}

/** An interval as ISO 8601 writes it: "P1M2DT3.5S". @param bytes months, days and milliseconds, four bytes each */
export function intervalText(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const [months, days, millis] = [0, 4, 8].map((at) => view.getUint32(at, true));
  const date = `${months > 0 ? `${months}M` : ''}${days > 0 ? `${days}D` : ''}`;
  const isEmpty = date === '' && millis === 0;
  return `P${date}${millis > 0 || isEmpty ? `T${millis / 1000}S` : ''}`;
}
