import { line, type Mark, type Picture, round, type Tone, textWidth } from './marks.ts';

/** A part of every bar. */
export interface StackPart {
  readonly name: string;
  readonly tone: Tone;
}

export interface StackChart {
  readonly parts: readonly StackPart[];
  /** [row][part]; bars are as long as their shares of their row's sum. */
  readonly rows: readonly { readonly name: string; readonly counts: readonly number[] }[];
  /** What the rows' names are. */
  readonly title: string;
}

const barHeight = 20;
const rowHeight = 28;
const swatch = 10;
const gap = 6;
const lineHeight = 18;

/** Names of the parts that occur, in lines that fit. */
function legend(
  parts: readonly StackPart[],
  width: number,
): { readonly marks: Mark[]; readonly height: number } {
  const marks: Mark[] = [];
  let x = 0;
  let y = 0;
  for (const { name, tone } of parts) {
    const taken = swatch + gap + textWidth(name);
    if (x > 0 && x + taken > width) {
      x = 0;
      y += lineHeight;
    }
    marks.push({ kind: 'box', x, y, width: swatch, height: swatch, tone });
    marks.push({ kind: 'text', x: x + swatch + gap, y: y + swatch - 1, text: name, tone: 'ink' });
    x += taken + 2 * gap;
  }
  return { marks, height: y + lineHeight };
}

/** A bar a row, divided by what its counts are of; numbers stand where they find room. */
export function drawStacked({ parts, rows, title }: StackChart, width: number): Picture {
  const used = parts.filter((_, p) => rows.some(({ counts }) => (counts[p] ?? 0) > 0));
  const { marks, height } = legend(used, width);
  const top = height + lineHeight + gap;
  marks.push({ kind: 'text', x: 0, y: height + lineHeight - 2, text: title, tone: 'muted' });
  const left = Math.max(24, ...rows.map(({ name }) => textWidth(name))) + gap;
  rows.forEach(({ name, counts }, i) => {
    const y = top + i * rowHeight;
    const base = y + barHeight / 2 + 4;
    marks.push({ kind: 'text', x: left - gap, y: base, text: name, tone: 'muted', anchor: 'end' });
    const sum = counts.reduce((all, count) => all + count, 0);
    let x = left;
    parts.forEach(({ tone }, p) => {
      const count = counts[p] ?? 0;
      if (count === 0) return;
      const length = ((width - left) * count) / sum;
      marks.push({
        kind: 'box',
        x: round(x),
        y,
        width: round(Math.max(1, length - 1)),
        height: barHeight,
        tone,
      });
      if (textWidth(String(count)) + 4 <= length)
        marks.push({
          kind: 'text',
          x: round(x + length / 2),
          y: base,
          text: String(count),
          tone: 'ink',
          anchor: 'middle',
        });
      x += length;
    });
  });
  const bottom = top + rows.length * rowHeight;
  marks.push(line([left, top - 2], [left, bottom - (rowHeight - barHeight) + 2], { tone: 'edge' }));
  return { width, height: bottom, marks };
}
