import { memo, useState } from 'react';
import { useStore } from 'zustand';
import { formatCett, neuronsOfBin } from '../charts/neuron-grid.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { Table } from '../ui/Table.tsx';
import { tableOf } from '../ui/table-columns.ts';
import type { MapSource } from './mapSource.ts';
import { useRecord, useSelected, useSession } from './state/hooks.ts';
import { laneNames } from './state/record.ts';

/** The map's numbers at the chosen token, one layer at a time: of single neurons where they are known, else of ranges. */
export const NeuronMapTable = memo(({ source }: { readonly source: MapSource }) => (
  <Disclosure title="Neuron map as a table">{() => <Rows source={source} />}</Disclosure>
));

function Rows({ source }: { readonly source: MapSource }) {
  const { stores } = useSession();
  const record = useRecord();
  const layout = useStore(stores.model, (state) => state.model?.layout);
  const { quantity, mapView } = useStore(stores.view);
  const at = useSelected();
  const [chosen, setLayer] = useState(0);
  const { layers, bins } = record.shape;
  const layer = Math.min(chosen, Math.max(0, layers - 1));
  const shown = quantity === 'difference' ? 'difference' : 'cett';

  function rows(): { readonly name: string; readonly value: number | undefined }[] {
    const values = source.values(at, shown);
    if (!layout || !values || layers === 0) return [];
    const { neurons } = values;
    if (mapView && neurons) {
      const from = Math.max(0, Math.floor(mapView.left));
      const end = Math.min(layout.widths[layer]!, Math.ceil(mapView.left + mapView.width));
      return Array.from({ length: Math.max(0, end - from) }, (_, i) => ({
        name: String(from + i),
        value: neurons[layout.offsets[layer]! + from + i],
      }));
    }
    return Array.from({ length: bins }, (_, bin) => {
      const { start, end } = neuronsOfBin(layout, bins, layer, bin);
      return {
        name: end - start > 1 ? `${start} to ${end - 1}` : `${start}`,
        value: values.overview[layer * bins + bin],
      };
    });
  }

  return (
    <>
      <label className="pick">
        Layer{' '}
        <select value={layer} onChange={(event) => setLayer(Number(event.target.value))}>
          {Array.from({ length: layers }, (_, i) => String(i)).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Table
        caption={`${shown === 'difference' ? 'Steered minus unsteered, CETT' : 'CETT, the highest of each range'} in layer ${layer}, position ${at.position}, ${laneNames[at.lane]}`}
        {...tableOf(
          [
            { head: 'Neurons', cell: ({ name }) => name },
            { head: 'CETT', cell: ({ value }) => formatCett(value) },
          ],
          rows(),
        )}
      />
    </>
  );
}
