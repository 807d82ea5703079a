import { useState } from 'react';
import { Button } from 'react-aria-components';
import { Amount } from '../ui/Field.tsx';
import { useImpact, useImpactState } from './context.ts';

const firstItems = 3;

/** Lets the model answer items of a sweep freely, too, once it rests. */
export function MoreFree() {
  const impact = useImpact();
  const status = useImpactState((state) => state.status);
  const had = useImpactState(({ records }) => records.some(({ type }) => type === 'free'));
  const [items, setItems] = useState(firstItems);
  if (status !== 'done' && status !== 'paused') return null;
  return (
    <section className="free-more" aria-label="More free answers">
      <p className="muted">
        {had
          ? 'Free answers can go on to further items.'
          : 'The model can also answer items in its own words.'}
      </p>
      <div className="identify-row">
        <Amount
          label="Answer freely"
          hint="Items of each suite from its start, at every factor; it takes long."
          value={items}
          min={1}
          max={1000}
          step={1}
          onChange={setItems}
        />
        <Button className="button" onPress={() => void impact.answerFreely(items)}>
          Let it answer
        </Button>
      </div>
    </section>
  );
}
