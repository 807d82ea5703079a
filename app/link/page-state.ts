import { shortIdentity } from '../../src/neurons/identity.ts';
import { type PageState, pageStateSchema } from '../../src/saved/page-state.ts';
import { firstSteering } from '../../src/steering/steering.ts';
import type { SteeringState } from '../../src/steering/types.ts';
import { promptOf } from '../explore/state/prompt.ts';
import { firstPrompt } from '../explore/state/slices/prompt.ts';
import { firstView } from '../explore/state/slices/view.ts';
import type { Stores } from '../explore/state/stores.ts';
import { isSame } from './differences.ts';

/** One part of the page's state as links and run files carry it: taken from and put into the stores. */
interface Property<T> {
  /** What links leave out, since every page starts with it. */
  readonly first?: object;
  get(stores: Stores): T | undefined;
  set(stores: Stores, value: T): void;
}

/** The ids of questions held out are most of a set's text, and nothing on the page needs them. */
function withoutHeldOut(steering: SteeringState): SteeringState {
  const groups = steering.groups.map((group) => {
    if (!group.set) return group;
    const { heldOut: _, ...provenance } = group.set.provenance;
    return { ...group, set: { ...group.set, provenance } };
  });
  return { ...steering, groups };
}

/** What of the page's state is worth keeping: the one list that links and run files are made by. */
const properties: { readonly [K in keyof Required<PageState>]: Property<NonNullable<PageState[K]>> } = {
  model: {
    get({ model }) {
      const { model: now, last } = model.getState();
      if (!now) return undefined;
      const { name, fingerprint, identity } = now;
      const known = identity ? { identity: shortIdentity(identity) } : {};
      const source = last?.model.fingerprint === fingerprint ? last.source : undefined;
      if (source?.kind !== 'hub') return { name, fingerprint, ...known };
      const { repository, revision, precision, file } = source;
      return { name, fingerprint, ...known, hub: { repository, revision, precision, file } };
    },
    set() {},
  },
  prompt: {
    first: firstPrompt,
    get({ prompt }) {
      const { readControls, ...others } = prompt.getState();
      return { ...others, ...(readControls ? { readControls } : {}) };
    },
    set: ({ prompt }, value) => prompt.setState({ readControls: undefined, ...value }),
  },
  asked: {
    get({ run, prompt, model }) {
      const { asked, wanted = asked } = run.getState();
      const { model: loaded } = model.getState();
      if (!wanted || !loaded) return wanted;
      const { sampling, maxTokens } = prompt.getState();
      const typed = { prompt: promptOf(prompt.getState(), loaded), sampling, maxTokens, answerStart: [] };
      return isSame(wanted, typed) ? undefined : wanted;
    },
    set: ({ run }, wanted) => run.setState({ wanted }),
  },
  steering: {
    first: firstSteering,
    get: ({ steering }) => withoutHeldOut(steering.getState()),
    set: ({ steering }, value) => steering.setState(value, true),
  },
  pin: {
    get: ({ selection }) => selection.getState().pin,
    set: ({ selection }, pin) => selection.setState({ pin }),
  },
  card: {
    get: ({ selection }) => selection.getState().card,
    set: ({ selection }, card) => selection.setState({ card }),
  },
  view: {
    first: firstView,
    get: ({ view }) => view.getState(),
    set: ({ view }, value) => view.setState(value),
  },
};

/** What every page starts with, by property: links leave it out. */
export const firstValues: Readonly<Record<string, object | undefined>> = Object.fromEntries(
  Object.entries(properties).map(([name, each]) => [name, each.first]),
);

type PropertyName = keyof typeof properties;

const names = Object.keys(properties) as PropertyName[];

/** The page's state now. @param instead parts that are not to be taken from the stores */
export function readPageState(stores: Stores, instead: PageState = {}): PageState {
  const now = Object.fromEntries(names.map((name) => [name, properties[name].get(stores)]));
  const { steering } = instead;
  return pageStateSchema.parse({
    ...now,
    ...instead,
    ...(steering && { steering: withoutHeldOut(steering) }),
  });
}

/** Fills the stores; nothing runs by that. `leave` names what is not wanted. */
export function writePageState(stores: Stores, state: PageState, leave: readonly PropertyName[] = []): void {
  const write = <K extends PropertyName>(name: K) => {
    const value = state[name];
    if (value !== undefined) (properties[name] as Property<unknown>).set(stores, value);
  };
  for (const name of names) if (!leave.includes(name)) write(name);
}
