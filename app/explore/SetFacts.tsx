import { useStore } from 'zustand';
import type { Metric, NeuronSet } from '../../src/neurons/set-file.ts';
import { labelOf } from '../../src/studies/identify/detectors/registry.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { useSession } from './state/hooks.ts';
import { knownOfSet } from './state/known.ts';
import { noteOnSet } from './state/sets.ts';

const decimals = (value: number) => value.toFixed(2);

/** "0.81 (0.68 to 0.90)", "80", "4.53". */
export function metricText(metric: Metric): string {
  if (typeof metric !== 'number')
    return `${decimals(metric.value)} (${decimals(metric.low)} to ${decimals(metric.high)})`;
  return Number.isInteger(metric) ? metric.toLocaleString('en') : metric.toPrecision(3);
}

/** "25 November 2026" for a date in ISO 8601. */
export function dateText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/** Labels for the counts and settings in a set's metrics; any other metric is shown under its own name. */
const metricNames: Readonly<Record<string, string>> = {
  C: 'Inverse regularisation strength C',
  'answers trained on': 'Answers learnt from',
  'right answers tested on': 'Right answers tested on',
  'made-up answers tested on': 'Made-up answers tested on',
  'neurons against': 'Neurons that speak for a right answer, left out',
};

/** Shows the verdict on a neuron set in words, then its numbers and its origin. */
export function SetFacts({ set }: { readonly set: NeuronSet }) {
  const loaded = useStore(useSession().stores.model, (state) => state.model);
  const { model, provenance } = set;
  const note = loaded && noteOnSet(set, loaded);
  const where = loaded && note === undefined ? 'in this model' : `in ${model.name}`;
  return (
    <div className="set-words">
      <p>
        <bdi>{knownOfSet(set, where)}</bdi>
      </p>
      {note !== undefined && <p className="muted">{note}</p>}
      <dl className="facts-stack">
        <Fact name="Found in" value={model.name} />
        <Fact name="Made on" value={dateText(provenance.created)} />
        <Fact name="Learnt from" value={provenance.questions} />
        <Fact
          name="Detector’s score"
          value={
            set.intercept === undefined
              ? 'the mean activation of its neurons'
              : 'a probability from the weighted activations of its neurons'
          }
        />
        {provenance.licence && <Fact name="Licence" value={provenance.licence} />}
        {provenance.notes && <Fact name="Notes" value={provenance.notes} />}
      </dl>
      {Object.keys({ ...set.metrics, ...set.detectors }).length > 0 && (
        <Disclosure title="All numbers">{() => <Numbers set={set} />}</Disclosure>
      )}
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}

function Numbers({ set: { metrics, detectors = {} } }: { readonly set: NeuronSet }) {
  return (
    <dl className="facts-stack">
      {Object.entries(metrics).map(([name, metric]) => (
        <Fact key={name} name={metricNames[name] ?? name} value={metricText(metric)} />
      ))}
      {Object.entries(detectors).map(([id, { auroc }]) => (
        <Fact key={id} name={`AUROC, ${labelOf(id)}`} value={metricText(auroc)} />
      ))}
    </dl>
  );
}
