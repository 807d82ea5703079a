import { z } from 'zod';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { type PageState, pageStateSchema } from '../../src/saved/page-state.ts';
import { differenceFrom, withDifference } from './differences.ts';
import { firstValues } from './page-state.ts';
import { type ShippedName, shippedName } from './shipped-names.ts';

/** Gives the set beside the page that a link names; undefined where the page does not have it. */
export type FindShipped = (name: ShippedName) => Promise<NeuronSet | undefined>;

type Group = NonNullable<PageState['steering']>['groups'][number];
type Members = Group['members'];

const number = z.number();
const members = z.array(z.union([z.tuple([number, number]), z.tuple([number, number, number])])).max(100_000);

/** A group as links carry it: a set that comes with the page by its name, other members as lists. */
const groupSchema = z.looseObject({
  ship: z.tuple([z.string().max(200), z.string().max(20)]).optional(),
  of: members.optional(),
});

const wireSchema = z.looseObject({
  steering: z.looseObject({ groups: z.array(groupSchema).max(1000).optional() }).optional(),
});

const firstGroup = { kind: 'set', factor: 1, on: true } as const;

const sameMembers = (a: Members, b: Members) =>
  a.length === b.length && a.every(({ layer, neuron }, i) => layer === b[i]?.layer && neuron === b[i].neuron);

function packGroup(group: Group): Record<string, unknown> {
  const { set, members: all, ...rest } = group;
  const name = set && shippedName(set);
  const own = differenceFrom(firstGroup, rest) as Record<string, unknown>;
  const kept = set && !name ? { set } : {};
  if (set && name && sameMembers(all, set.neurons)) {
    const { name: title, ...others } = own;
    return {
      ...others,
      ...(title === set.name ? {} : { name: title }),
      ship: [name.shipped, name.identity],
    };
  }
  const of = all.map(({ layer, neuron, weight }) =>
    weight === undefined ? [layer, neuron] : [layer, neuron, weight],
  );
  return { ...own, ...(name ? { ship: [name.shipped, name.identity] } : kept), of };
}

async function unpackGroup(
  { ship, of, ...own }: z.output<typeof groupSchema>,
  find: FindShipped,
): Promise<Record<string, unknown> | ShippedName> {
  const name = ship && { shipped: ship[0], identity: ship[1] };
  const set = name && (await find(name));
  const listed = of?.map(([layer, neuron, weight]) =>
    weight === undefined ? { layer, neuron } : { layer, neuron, weight },
  );
  if (name && !set && !listed) return name;
  return {
    ...firstGroup,
    ...(set && { name: set.name }),
    ...own,
    members: listed ?? set?.neurons,
    ...(set && { set }),
  };
}

/** A page's state as links carry it: only what differs from the page's first state, and neurons in short. */
export function toWire(state: PageState): Record<string, unknown> {
  const parts = Object.entries(state).flatMap(([name, value]) => {
    const left = differenceFrom(firstValues[name], value);
    return left === undefined ? [] : [[name, left] as const];
  });
  const wire: Record<string, unknown> = Object.fromEntries(parts);
  const { steering, model } = state;
  if (steering && typeof wire.steering === 'object') {
    const { madeFor, ...rest } = wire.steering as Record<string, unknown>;
    wire.steering = {
      ...rest,
      ...(madeFor === model?.fingerprint ? {} : { madeFor }),
      ...(steering.groups.length > 0 && { groups: steering.groups.map(packGroup) }),
    };
  }
  return wire;
}

/**
 * Takes `toWire` back.
 * @returns the state, and the names of the sets that the page does not have; their groups are left out
 * @throws what the schema throws where something is wrong
 */
export async function fromWire(
  data: unknown,
  find: FindShipped,
): Promise<{ readonly state: PageState; readonly missing: readonly string[] }> {
  const wire: Record<string, unknown> = { ...wireSchema.parse(data) };
  const { steering, model } = wireSchema.parse(data);
  const missing: string[] = [];
  if (steering) {
    const groups: unknown[] = [];
    for (const packed of steering.groups ?? []) {
      const group = await unpackGroup(packed, find);
      if ('shipped' in group) missing.push(String(group.shipped));
      else groups.push(group);
    }
    const fingerprint = (model as { fingerprint?: unknown } | undefined)?.fingerprint;
    wire.steering = { madeFor: fingerprint, ...steering, groups };
  }
  const whole = Object.fromEntries(
    Object.entries(wire).map(([name, value]) => [name, withDifference(firstValues[name], value)]),
  );
  // What equals the first state was left out: whoever follows the link gets it, too.
  const state = pageStateSchema.parse({
    prompt: firstValues.prompt,
    view: firstValues.view,
    ...whole,
  });
  return { state, missing };
}
