import type { NeuronSet } from '../../src/neurons/set-file.ts';
import type { Session } from '../explore/state/session.ts';

/**
 * Makes a set the explorer's first group, which has the main slider; one that is there already is moved up. Other groups
 * stay.
 * @returns why that was refused; undefined where it is done
 */
export function makeMain(session: Session, set: NeuronSet): string | undefined {
  const { steering } = session.stores;
  const find = () => steering.getState().groups.find((group) => group.set === set);
  return session.asOneStep(`${set.name} first`, () => {
    const refused = find() ? undefined : session.addSet(set);
    if (refused) return refused;
    const now = steering.getState();
    const own = find();
    if (own && now.groups[0] !== own)
      session.restoreSteering(
        { ...now, groups: [own, ...now.groups.filter((group) => group !== own)] },
        `${set.name} first`,
      );
    return undefined;
  });
}
