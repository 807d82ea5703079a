import { counted } from '../../src/lib/count.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { SetFacts } from '../explore/SetFacts.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { useShippedSets } from '../ui/useShippedSets.ts';
import { DetectorChart } from './DetectorChart.tsx';
import { rowsOfSet } from './detector-rows.ts';
import { LayerChart } from './NeuronCharts.tsx';

/** Until something is found here: what the set that comes with the page is worth. */
export function ShippedVerdict() {
  const sets = useShippedSets();
  if (sets.length === 0)
    return <p className="muted">The result appears here, with everything that it rests on.</p>;
  return sets.map((set) => <Verdict key={set.name} set={set} />);
}

function Verdict({ set }: { readonly set: NeuronSet }) {
  const rows = rowsOfSet(set);
  return (
    <section className="result" aria-label={`Set beside this page: ${set.name}`}>
      <p className="result-sentence">
        Until you find your own: <bdi>{set.name}</bdi>, {counted(set.neurons.length, 'neuron')} found
        beforehand in <bdi>{set.model.name}</bdi>.
      </p>
      {set.provenance.notes && (
        <p>
          <bdi>{set.provenance.notes}</bdi>
        </p>
      )}
      <div className="charts">
        {rows.length > 0 && <DetectorChart rows={rows} />}
        <LayerChart set={set} />
      </div>
      <Disclosure title="About this set">{() => <SetFacts set={set} />}</Disclosure>
    </section>
  );
}
