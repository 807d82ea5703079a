import type { ComplianceItem } from '../../src/datasets/suites/suite.ts';
import { neutral } from '../../src/steering/steering.ts';
import type { ImpactManifest } from '../../src/studies/impact/run.ts';
import type { Session } from '../explore/state/session.ts';
import { membersKey } from './sweep-choice.ts';

/**
 * Asks an item in the explorer with the sweep's first set at a factor and nothing else turned.
 * @returns why that was refused; undefined where it is done
 */
export function openItem(
  session: Session,
  { model, plan }: ImpactManifest,
  { turns }: ComplianceItem,
  factor: number,
): string | undefined {
  const loaded = session.stores.model.getState().model;
  if (loaded?.fingerprint !== model.fingerprint)
    return `This sweep is of ${model.name}; load that model to ask it this.`;
  const [set] = plan.sets;
  const last = turns.at(-1);
  if (!set || !last) return 'There is nothing to ask.';
  const { steering } = session.stores;
  const key = membersKey(set.members);
  const find = () => steering.getState().groups.find(({ members }) => membersKey(members) === key);
  return session.asOneStep('item of a sweep', () => {
    const refused = find() ? undefined : session.addGroup(set.name, set.members);
    if (refused) return refused;
    const own = find();
    if (!own) return 'The neurons could not be added in the explorer.';
    const now = neutral(steering.getState());
    const others = now.groups.filter(({ id }) => id !== own.id);
    session.restoreSteering(
      { ...now, groups: [{ ...own, factor, on: true }, ...others] },
      `${set.name} at ${factor}`,
    );
    session.ask({ mode: 'chat', system: '', turns: turns.slice(0, -1), question: last.content });
    return undefined;
  });
}
