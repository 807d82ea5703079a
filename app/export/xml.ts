export interface Colour {
  readonly rgb: string;
  readonly alpha: number;
}

/** Text for XML; characters that XML does not have become the replacement character. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** An element of SVG; attributes that are undefined are left out. */
export function tag(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = '',
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value!)}"`);
  return `<${name}${written.join('')}${content === '' ? '/>' : `>${content}</${name}>`}`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Any CSS colour as red, green and blue, which every reader of SVG knows. */
export function createColours(): (css: string) => Colour | undefined {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  const known = new Map<string, Colour | undefined>();
  return (css) => {
    if (known.has(css)) return known.get(css);
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data as unknown as [number, number, number, number];
    const colour = a === 0 ? undefined : { rgb: `rgb(${r},${g},${b})`, alpha: a / 255 };
    known.set(css, colour);
    return colour;
  };
}
