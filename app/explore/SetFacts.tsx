import { useStore } from 'zustand';
import type { Metric, NeuronSet } from '../../src/neurons/set-file.ts';
import { useSession } from '../state/hooks.ts';
import { noteOnSet } from '../state/sets.ts';

function metricText(metric: Metric): string {
  if (typeof metric === 'number') return metric.toPrecision(3);
  return `${metric.value.toPrecision(3)} (${metric.low.toPrecision(3)} to ${metric.high.toPrecision(3)})`;
}

/** Where a neuron set comes from and what is known of it. */
export function SetFacts({ set }: { readonly set: NeuronSet }) {
  const loaded = useStore(useSession().stores.model, (state) => state.model);
  const { model, provenance, metrics } = set;
  const note = loaded && noteOnSet(set, loaded);
  return (
    <dl className="facts">
      <dt>Found on</dt>
      <dd>
        <bdi>{model.name}</bdi>
        {note !== undefined && <p className="muted">{note}</p>}
      </dd>
      <dt>Questions</dt>
      <dd>
        <bdi>{provenance.questions}</bdi>
      </dd>
      <dt>Made</dt>
      <dd>{provenance.created}</dd>
      <dt>Score</dt>
      <dd>
        {set.intercept === undefined ? 'mean activation of its neurons' : 'its classifier’s probability'}
      </dd>
      {Object.entries(metrics).map(([name, metric]) => (
        <div key={name} className="facts-row">
          <dt>{name}</dt>
          <dd>{metricText(metric)}</dd>
        </div>
      ))}
      {provenance.notes && (
        <>
          <dt>Notes</dt>
          <dd>
            <bdi>{provenance.notes}</bdi>
          </dd>
        </>
      )}
    </dl>
  );
}
