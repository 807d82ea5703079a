import { useStore } from 'zustand';
import type { SteeredGroup } from '../../src/steering/types.ts';
import { useSession } from './state/hooks.ts';
import { knownOfGroup } from './state/known.ts';
import { noteOnSet } from './state/sets.ts';

/** Says beside a group's slider what was measured of its neurons. */
export function Known({ group }: { readonly group: SteeredGroup }) {
  const model = useStore(useSession().stores.model, (state) => state.model);
  const isOwn = group.set !== undefined && model !== undefined && noteOnSet(group.set, model) === undefined;
  return (
    <p className="known muted">
      <bdi>{knownOfGroup(group, isOwn)}</bdi>
    </p>
  );
}
