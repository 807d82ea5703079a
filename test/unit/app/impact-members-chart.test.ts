import { describe, expect, it } from 'vitest';
import type { Mark } from '../../../app/charts/marks.ts';
import { drawMembers, type MemberRow, mostMembers } from '../../../app/charts/member-effects.ts';

const interval = (value: number, half = 0.1) => ({ value, low: value - half, high: value + half });
const rows: readonly MemberRow[] = [
  { name: '22:530', firm: true, alone: interval(0.5), lost: interval(0.4) },
  { name: '3:7', firm: false, alone: interval(0), lost: interval(-0.05) },
];
const draw = (shown: readonly MemberRow[], width = 600) =>
  drawMembers(shown, { title: 'change', format: (value) => value.toFixed(2), width });
const ofKind = <K extends Mark['kind']>(marks: readonly Mark[], kind: K) =>
  marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);

describe('the chart of members', () => {
  it('has a disc and a ring a neuron, its name and values beside them, firm ones in the accent', () => {
    const { marks } = draw(rows);
    const dots = ofKind(marks, 'dot');
    expect(dots.map(({ tone, open }) => [tone, open])).toEqual([
      ['accent', false],
      ['accent', true],
      ['ink', false],
      ['ink', true],
    ]);
    expect(dots[0]!.x).toBeGreaterThan(dots[1]!.x);
    expect(dots[1]!.x).toBeGreaterThan(dots[2]!.x);
    expect(dots[0]!.y).toBeLessThan(dots[1]!.y);
    const texts = ofKind(marks, 'text').map(({ text }) => text);
    expect(texts).toEqual(
      expect.arrayContaining(['22:530', '3:7', 'alone 0.50', 'lost without -0.05', 'change']),
    );
  });

  it('fits its width, marks 0, and leaves to the table what is too much', () => {
    for (const width of [300, 390, 900]) {
      const { marks, width: drawn } = draw(rows, width);
      expect(drawn).toBe(width);
      for (const { x } of ofKind(marks, 'dot')) expect(x > 0 && x < width).toBe(true);
    }
    const zero = ofKind(draw(rows).marks, 'path').find(({ dash }) => dash !== undefined)!;
    const atZero = ofKind(draw(rows).marks, 'dot')[2]!.x;
    expect(zero.d).toMatch(new RegExp(`^M${atZero},`));
    const many = Array.from({ length: mostMembers + 5 }, (_, i) => ({ ...rows[0]!, name: `1:${i}` }));
    expect(ofKind(draw(many).marks, 'dot')).toHaveLength(2 * mostMembers);
  });
});
