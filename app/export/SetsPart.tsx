import { Fragment } from 'react';
import { Button } from 'react-aria-components';
import type { Session } from '../explore/state/session.ts';
import { offeredFormats, saveSet, setOfGroup } from './sets.ts';

/** The groups of neurons on the page, each as a file in several formats. */
export function SetsPart({
  session,
  tell,
}: {
  readonly session: Session;
  readonly tell: (work: Promise<unknown>, done: string) => void;
}) {
  const { model } = session.stores.model.getState();
  const created = new Date().toISOString();
  const sets = session.stores.steering.getState().groups.flatMap((group) => {
    const set = setOfGroup(group, model, created);
    return set ? [{ id: group.id, set }] : [];
  });
  if (sets.length === 0) return null;
  return (
    <section className="take-part" aria-label="Neuron sets">
      <h2>Neuron sets</h2>
      <div className="take-grid take-sets">
        {sets.map(({ id, set }) => (
          <Fragment key={id}>
            <bdi>{set.name}</bdi>
            {offeredFormats.map((format) => (
              <Button
                key={format}
                className="button-plain"
                aria-label={`${set.name} as ${format.toUpperCase()}`}
                onPress={() => tell(saveSet(set, format), `${set.name} saved as ${format.toUpperCase()}.`)}
              >
                {format.toUpperCase()}
              </Button>
            ))}
          </Fragment>
        ))}
      </div>
    </section>
  );
}
