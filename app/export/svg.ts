import { type Colour, createColours, escapeXml, tag } from './xml.ts';

/** Elements that are for the page only. */
const left = [
  '.button',
  '.button-plain',
  '.toggle',
  '.load',
  'input',
  'select',
  'textarea',
  'label',
  '.panel-tools',
  '.disclosure',
  '.hidden-text',
  '[hidden]',
  '[role="radiogroup"]',
  '[role="toolbar"]',
  '[data-export="none"]',
].join();

const margin = 12;
/** Type and height of a line of the caption, CSS pixels. */
const captionSize = 12;
const captionLine = 16;

interface Writer {
  readonly parts: string[];
  readonly defs: string[];
  readonly origin: { readonly x: number; readonly y: number };
  readonly colour: (css: string) => Colour | undefined;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function place({ origin }: Writer, box: DOMRect): Box {
  return { x: box.x - origin.x, y: box.y - origin.y, width: box.width, height: box.height };
}

function fill(colour: Colour) {
  return { fill: colour.rgb, 'fill-opacity': colour.alpha < 1 ? colour.alpha : undefined };
}

function gradient(writer: Writer, image: string): string | undefined {
  const inside = /^linear-gradient\(to right, (.*)\)$/.exec(image)?.[1];
  if (!inside) return undefined;
  const colours = inside.split(/, (?=[a-z#])/).map((stop) => writer.colour(stop.replace(/ [\d.]+%$/, '')));
  const stops = colours.map((colour, i) =>
    tag('stop', { offset: i / Math.max(1, colours.length - 1), 'stop-color': colour?.rgb ?? 'none' }),
  );
  const id = `g${writer.defs.length}`;
  writer.defs.push(tag('linearGradient', { id }, stops.join('')));
  return `url(#${id})`;
}

/** Background, edges and outline of an element. */
function drawBox(writer: Writer, element: Element, style: CSSStyleDeclaration): void {
  const box = place(writer, element.getBoundingClientRect());
  if (box.width === 0 || box.height === 0) return;
  const radius = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, box.width / 2, box.height / 2);
  const round = style.borderTopLeftRadius.endsWith('%') ? Math.min(box.width, box.height) / 2 : radius;
  const background = writer.colour(style.backgroundColor);
  const image = gradient(writer, style.backgroundImage);
  const rx = round > 0 ? round : undefined;
  if (background) writer.parts.push(tag('rect', { ...box, rx, ...fill(background) }));
  if (image) writer.parts.push(tag('rect', { ...box, rx, fill: image }));
  const sides = ['Top', 'Right', 'Bottom', 'Left'] as const;
  drawShadows(writer, box, style.boxShadow);
  const outline = style.outlineStyle === 'none' ? undefined : writer.colour(style.outlineColor);
  if (outline) {
    const width = Number.parseFloat(style.outlineWidth);
    drawFrame(writer, box, Number.parseFloat(style.outlineOffset) + width / 2, width, outline);
  }
  const edges = sides.map((side) => ({
    width: style[`border${side}Style`] === 'none' ? 0 : Number.parseFloat(style[`border${side}Width`]),
    colour: writer.colour(style[`border${side}Color`]),
  }));
  const [first] = edges;
  if (round > 0 && first?.colour && first.width > 0) {
    const half = first.width / 2;
    writer.parts.push(
      tag('rect', {
        x: box.x + half,
        y: box.y + half,
        width: Math.max(0, box.width - first.width),
        height: Math.max(0, box.height - first.width),
        rx: Math.max(0, round - half),
        fill: 'none',
        stroke: first.colour.rgb,
        'stroke-opacity': first.colour.alpha < 1 ? first.colour.alpha : undefined,
        'stroke-width': first.width,
      }),
    );
    return;
  }
  edges.forEach(({ width, colour }, i) => {
    if (width === 0 || !colour) return;
    const edge = [
      { ...box, height: width },
      { ...box, x: box.x + box.width - width, width },
      { ...box, y: box.y + box.height - width, height: width },
      { ...box, width },
    ][i]!;
    writer.parts.push(tag('rect', { ...edge, ...fill(colour) }));
  });
}

/** Lines that the style sheet draws as sharp shadows inside a box, or around it. */
function drawShadows(writer: Writer, box: Box, shadows: string): void {
  const listed = [...shadows.matchAll(/([a-z]+\([^)]*\)) ((?:-?[\d.]+px ?){4})(inset)?/g)];
  // The first one lies on top of the others.
  for (const [, css, numbers, inset] of listed.reverse()) {
    const colour = writer.colour(css!);
    const [x = 0, y = 0, blur = 0, spread = 0] = numbers!.trim().split(' ').map(Number.parseFloat);
    if (!colour || blur > 0) continue;
    if (!inset && x === 0 && y === 0) drawFrame(writer, box, spread / 2, spread, colour);
    if (!inset) continue;
    const right = x < 0 ? box.x + box.width + x : box.x;
    const bottom = y < 0 ? box.y + box.height + y : box.y;
    if (x !== 0) writer.parts.push(tag('rect', { ...box, x: right, width: Math.abs(x), ...fill(colour) }));
    if (y !== 0) writer.parts.push(tag('rect', { ...box, y: bottom, height: Math.abs(y), ...fill(colour) }));
  }
}

/** A line around a box, its middle this far outside. */
function drawFrame(writer: Writer, box: Box, out: number, width: number, colour: Colour): void {
  if (width <= 0) return;
  const frame = {
    x: box.x - out,
    y: box.y - out,
    width: Math.max(0, box.width + 2 * out),
    height: Math.max(0, box.height + 2 * out),
  };
  writer.parts.push(
    tag('rect', {
      ...frame,
      fill: 'none',
      stroke: colour.rgb,
      'stroke-opacity': colour.alpha < 1 ? colour.alpha : undefined,
      'stroke-width': width,
    }),
  );
}

/** Lines of an axis that run upwards. */
function drawUpright(writer: Writer, node: Text, style: CSSStyleDeclaration, colour: Colour): void {
  const range = document.createRange();
  range.selectNodeContents(node);
  const box = place(writer, range.getBoundingClientRect());
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const size = Number.parseFloat(style.fontSize);
  writer.parts.push(
    tag(
      'text',
      {
        transform: `translate(${x} ${y}) rotate(-90)`,
        y: size * 0.35,
        'text-anchor': 'middle',
        'font-size': size,
        ...fill(colour),
      },
      escapeXml(node.data.trim()),
    ),
  );
}

/** One line of a text at a time, where the page has it. */
function drawText(writer: Writer, node: Text, style: CSSStyleDeclaration): void {
  const text = node.data;
  const colour = writer.colour(style.color);
  if (text.trim() === '' || !colour) return;
  if (style.writingMode.startsWith('vertical')) {
    drawUpright(writer, node, style, colour);
    return;
  }
  const range = document.createRange();
  const size = Number.parseFloat(style.fontSize);
  const lines: { text: string; box: DOMRect }[] = [];
  let index = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    range.setStart(node, index);
    index += segment.length;
    range.setEnd(node, index);
    const box = range.getClientRects()[0];
    if (!box) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.box.y - box.y) < size / 2) {
      const x = Math.min(last.box.x, box.x);
      last.box = new DOMRect(x, last.box.y, Math.max(last.box.right, box.right) - x, last.box.height);
      last.text += segment;
    } else lines.push({ text: segment, box });
  }
  const rightToLeft = style.direction === 'rtl';
  const upper = style.textTransform === 'uppercase';
  for (const line of lines) {
    const box = place(writer, line.box);
    const words = line.text.trim() === '' ? '' : line.text.replace(/\s+/g, ' ');
    if (words.trim() === '' || box.width === 0) continue;
    const lead = line.text.length - line.text.trimStart().length > 0 && lines[0] !== line;
    writer.parts.push(
      tag(
        'text',
        {
          x: rightToLeft ? box.x + box.width : box.x,
          // Ascent and descent of the common system fonts stand about 0.79 to 0.21.
          y: box.y + box.height / 2 + size * 0.35,
          'font-size': size,
          'font-weight': style.fontWeight === '400' ? undefined : style.fontWeight,
          'font-style': style.fontStyle === 'normal' ? undefined : style.fontStyle,
          direction: rightToLeft ? 'rtl' : undefined,
          'xml:space': 'preserve',
          ...fill(colour),
        },
        escapeXml((upper ? words.toUpperCase() : words).slice(lead ? 1 : 0)),
      ),
    );
  }
}

/** Properties of SVG that the page's style sheet may set. */
const painted = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'opacity',
] as const;

/** A picture within the page, with its style written out. */
function drawSvg(writer: Writer, element: SVGSVGElement): void {
  const copy = element.cloneNode(true) as SVGSVGElement;
  const originals = [element, ...element.querySelectorAll<SVGElement>('*')];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  copies.forEach((target, i) => {
    const style = getComputedStyle(originals[i]!);
    for (const name of painted) {
      const value = style.getPropertyValue(name);
      const colour = name === 'fill' || name === 'stroke' ? writer.colour(value) : undefined;
      if (value !== '') target.setAttribute(name, value === 'none' ? 'none' : (colour?.rgb ?? value));
    }
    target.removeAttribute('class');
    target.removeAttribute('style');
  });
  const { x, y, width, height } = place(writer, element.getBoundingClientRect());
  for (const [name, value] of Object.entries({ x, y, width, height })) copy.setAttribute(name, String(value));
  writer.parts.push(new XMLSerializer().serializeToString(copy));
}

function drawCanvas(writer: Writer, canvas: HTMLCanvasElement): void {
  const box = place(writer, canvas.getBoundingClientRect());
  if (canvas.width === 0 || canvas.height === 0 || box.width === 0) return;
  writer.parts.push(
    tag('image', { ...box, preserveAspectRatio: 'none', href: canvas.toDataURL('image/png') }),
  );
}

function clips(style: CSSStyleDeclaration): boolean {
  return style.overflowX !== 'visible' || style.overflowY !== 'visible';
}

/** Opens a group for what an element holds where it has an opacity or cuts off what reaches beyond it. */
function groupOf(writer: Writer, element: Element, style: CSSStyleDeclaration): string | undefined {
  const opacity = style.opacity === '1' ? undefined : style.opacity;
  if (!clips(style)) return opacity && `<g opacity="${opacity}">`;
  const id = `c${writer.defs.length}`;
  writer.defs.push(
    tag('clipPath', { id }, tag('rect', { ...place(writer, element.getBoundingClientRect()) })),
  );
  return `<g clip-path="url(#${id})"${opacity ? ` opacity="${opacity}"` : ''}>`;
}

/** Later layers cover earlier ones, as the page's style has it. */
function layerOf(node: Node): number {
  if (!(node instanceof Element)) return 0;
  const { position, zIndex } = getComputedStyle(node);
  return position === 'static' ? 0 : Number(zIndex) || 0.5;
}

function drawElement(writer: Writer, element: Element): void {
  if (element.matches(left)) return;
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  if (element instanceof SVGSVGElement) {
    drawSvg(writer, element);
    return;
  }
  const group = groupOf(writer, element, style);
  if (group) writer.parts.push(group);
  drawBox(writer, element, style);
  if (element instanceof HTMLCanvasElement) drawCanvas(writer, element);
  const children = [...element.childNodes].map((node, i) => ({ node, i, layer: layerOf(node) }));
  children.sort((a, b) => a.layer - b.layer || a.i - b.i);
  for (const { node } of children) {
    if (node instanceof Text) drawText(writer, node, style);
    else if (node instanceof Element) drawElement(writer, node);
  }
  if (group) writer.parts.push('</g>');
}

/** Where the parts of an element that are drawn stand. */
function extentOf(element: Element): Box {
  const boxes = [...element.children]
    .filter((child) => !child.matches(left))
    .map((child) => child.getBoundingClientRect())
    .filter(({ width, height }) => width > 0 && height > 0);
  const whole = element.getBoundingClientRect();
  if (boxes.length === 0) return whole;
  const top = Math.min(...boxes.map((box) => box.top));
  const bottom = Math.max(...boxes.map((box) => box.bottom));
  return { x: whole.x, y: top, width: whole.width, height: bottom - top };
}

/** Words of a line in as many lines as they need in a width; words that are wider stay whole. */
function wrapped(text: string, width: number, family: string): string[] {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  context.font = `${captionSize}px ${family}`;
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

export interface Picture {
  readonly svg: string;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * A part of the page as a picture: what is text and lines on the page stays so, canvases become images.
 * @param title what the picture is called, for readers that tell it
 * @param conditions under which it was made, a line each: they stand above it
 */
export function pictureOf(element: Element, title: string, conditions: readonly string[]): Picture {
  const box = extentOf(element);
  const style = getComputedStyle(element);
  const width = Math.ceil(box.width) + 2 * margin;
  const lines = conditions.flatMap((line) => wrapped(line, width - 2 * margin, style.fontFamily));
  const top = lines.length > 0 ? lines.length * captionLine + margin : 0;
  const height = Math.ceil(box.height) + 2 * margin + top;
  const colour = createColours();
  const writer: Writer = {
    parts: [],
    defs: [],
    origin: { x: box.x - margin, y: box.y - margin - top },
    colour,
  };
  const paper = colour(getComputedStyle(document.documentElement).backgroundColor);
  const ink = colour(style.color);
  drawElement(writer, element);
  const content = [
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(conditions.join(' '))}</desc>`,
    `<defs>${writer.defs.join('')}</defs>`,
    tag('rect', { width, height, fill: paper?.rgb ?? 'white' }),
    ...lines.map((line, i) =>
      tag(
        'text',
        {
          x: margin,
          y: margin + (i + 0.75) * captionLine,
          'font-size': captionSize,
          fill: ink?.rgb ?? 'black',
        },
        escapeXml(line),
      ),
    ),
    ...writer.parts,
  ];
  const svg = tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': style.fontFamily,
    },
    content.join('\n'),
  );
  return { svg, width, height };
}

/** A picture in pixels, `scale` of them to a CSS pixel. */
export async function toPng({ svg, width, height }: Picture, scale: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = new OffscreenCanvas(width * scale, height * scale);
  const context = canvas.getContext('2d')!;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/png' });
}
