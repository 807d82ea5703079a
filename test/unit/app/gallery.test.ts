import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  describeEffect,
  type GalleryFile,
  gallerySchema,
  steeringOf,
} from '../../../app/explore/state/gallery.ts';
import { parseNeuron } from '../../../src/neurons/layout.ts';
import { parseNeuronSet } from '../../../src/neurons/set-file.ts';
import { firstSteering } from '../../../src/steering/steering.ts';

const read = (path: string) => readFile(new URL(`../../../public/${path}`, import.meta.url), 'utf8');
const gallery: GalleryFile = gallerySchema.parse(JSON.parse(await read('prompts/gallery.json')));

describe('the gallery', () => {
  it('has examples of every kind, each with an id of its own', () => {
    expect(gallery.examples.length).toBeGreaterThanOrEqual(24);
    expect(new Set(gallery.examples.map(({ id }) => id)).size).toBe(gallery.examples.length);
    const kinds = gallery.kinds.map(({ id }) => id);
    expect(kinds).toEqual([
      'known',
      'invented-facts',
      'false-premises',
      'invented-entities',
      'pushback',
      'misleading-context',
    ]);
    for (const kind of kinds) {
      expect(gallery.examples.filter((example) => example.kind === kind).length, kind).toBeGreaterThanOrEqual(
        4,
      );
    }
    expect(gallery.examples.every(({ kind }) => kinds.includes(kind))).toBe(true);
  });

  it('has conversations that end with the model, so that the question comes next', () => {
    const pushback = gallery.examples.filter(({ kind }) => kind === 'pushback');
    expect(pushback.every(({ turns }) => turns?.at(-1)?.role === 'assistant')).toBe(true);
    for (const { turns = [] } of gallery.examples) {
      expect(turns.map(({ role }) => role)).toEqual(
        turns.map((_, i) => (i % 2 === 0 ? 'user' : 'assistant')),
      );
    }
  });

  it('was measured whole, under the conditions that it names', async () => {
    const { measured } = gallery;
    const set = parseNeuronSet(await read('neurons/smollm2-135m-instruct.json'));
    expect(measured!.set).toBe(set.name);
    expect(measured!.neurons.map((name) => parseNeuron(name))).toEqual(
      set.neurons.map(({ layer, neuron }) => ({ layer, neuron })),
    );
    expect(new Set([...measured!.neurons, ...measured!.control]).size).toBe(2 * set.neurons.length);
    for (const { id, effect } of gallery.examples) {
      for (const lanes of [effect!.steered, effect!.control]) {
        expect(
          lanes.map(({ factor }) => factor),
          id,
        ).toEqual(measured!.factors);
        const neutral = lanes.find(({ factor }) => factor === 1)!;
        expect(neutral, id).toEqual({ factor: 1, ...effect!.unsteered });
        for (const lane of lanes) {
          expect(lane.text === effect!.unsteered.text, id).toBe(lane.firstDifference === undefined);
        }
      }
    }
  });

  it('sets the scale that its notes speak of, and one at which something changes where anything does', () => {
    for (const { id, scale, note = '', effect } of gallery.examples) {
      const changed = effect!.steered.filter((lane) => lane.firstDifference !== undefined);
      if (changed.length > 0)
        expect(
          changed.map(({ factor }) => factor),
          id,
        ).toContain(scale);
      const named = [...note.matchAll(/×\s*(\d)/g)].map(([, factor]) => Number(factor));
      if (/neurons off/.test(note)) named.push(0);
      if (named.some((factor) => changed.some((lane) => lane.factor === factor)))
        expect(named, id).toContain(scale);
    }
  });

  it('puts the measured conditions in place of whatever the sliders say', () => {
    const members = gallery.measured!.neurons.map((name) => parseNeuron(name));
    const group = { kind: 'set', on: true, factor: 1 } as const;
    const other = { ...group, id: 'g1', name: 'other', members: [{ layer: 0, neuron: 1 }], factor: 2 };
    const own = { ...group, id: 'g2', name: 'set', members, on: false };
    const now = {
      ...firstSteering,
      groups: [other, own],
      scope: 'answer' as const,
      own: { '0:2': 3 },
      muted: ['0:3'],
      controlSeed: 9,
    };
    expect(steeringOf({ scale: 3 }, gallery.measured, now)).toEqual({
      ...firstSteering,
      groups: [
        { ...own, factor: 3, on: true },
        { ...other, factor: 1 },
      ],
      controlSeed: gallery.measured!.controlSeed,
    });
    expect(steeringOf({ scale: 3 }, gallery.measured, { ...now, groups: [other] })).toBeUndefined();
  });

  it('has examples where something is seen and where nothing is', () => {
    const off = gallery.examples.map(({ effect }) => effect!.steered.find(({ factor }) => factor === 0)!);
    const still = off.filter(({ firstDifference }) => firstDifference === undefined).length;
    expect(still).toBeGreaterThanOrEqual(4);
    expect(off.length - still).toBeGreaterThanOrEqual(20);
  });

  it('says what was measured', () => {
    const lane = (factor: number, firstDifference?: number, broken?: 'loop') => ({
      factor,
      text: '',
      firstDifference,
      broken,
    });
    const said = (steered: ReturnType<typeof lane>[], control: ReturnType<typeof lane>[]) =>
      describeEffect({ unsteered: { text: '' }, steered, control }).replaceAll('\u00a0', ' ');
    expect(said([lane(0), lane(1), lane(2, 3), lane(3, 0, 'loop')], [lane(0), lane(1), lane(2)])).toBe(
      'The same answer at × 0, another at × 2, broken at × 3; the random control changes nothing.',
    );
    expect(said([lane(0, 1), lane(1), lane(2, 4)], [lane(0, 2), lane(1), lane(2, 5)])).toBe(
      'Another at × 0, × 2; the random control changes it at × 0, × 2.',
    );
  });
});
