import { memo, useCallback } from 'react';
import { CanvasView, type Paint } from '../charts/CanvasView.tsx';
import { type Columns, columnAt } from '../charts/columns.ts';
import { divergenceMaximum, paintDivergence } from '../charts/divergence.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { Table } from '../ui/Table.tsx';
import { tableOf } from '../ui/table-columns.ts';
import { spokenToken } from './label.ts';
import { positionCount, textAt, usePalette, useRecord, useSession } from './state/hooks.ts';
import { type LaneIndex, laneNames, laneWords, type RunRecord, tokenAt } from './state/record.ts';
import type { Viewport } from './useTokenColumns.ts';

const comparedLanes = [2, 1] as const;

/** Divergence of a lane at every position, nats; NaN where there is none. */
function divergenceOf(record: RunRecord, lane: LaneIndex): Float32Array {
  return Float32Array.from({ length: positionCount(record) }, (_, position) => {
    const at = tokenAt(record, lane, position - record.prompt.length);
    return at && !at.stale ? (at.token.divergence ?? Number.NaN) : Number.NaN;
  });
}

/** How far each lane's next-token distribution is from the unsteered lane's, under the strips' columns. */
export function Divergence({
  columns,
  viewport,
}: {
  readonly columns: Columns;
  readonly viewport: Viewport;
}) {
  const { stores } = useSession();
  const record = useRecord();
  const palette = usePalette();
  const max = divergenceMaximum(comparedLanes.map((lane) => divergenceOf(record, lane)));
  const origin = viewport.left;

  const paint: Paint = useCallback(
    (context, size) => {
      const lanes = comparedLanes.map((lane) => ({
        lane,
        values: divergenceOf(record, lane),
      }));
      paintDivergence(context, size, { lanes, columns, origin, max }, palette);
    },
    [record, columns, origin, max, palette],
  );

  function point(x: number) {
    const position = columnAt(columns, x + origin);
    if (position === undefined) return;
    const { hover, pin } = stores.selection.getState();
    const lane = hover?.lane ?? pin?.lane ?? 1;
    stores.selection.setState({ hover: { lane, position } });
  }

  return (
    <div className="divergence">
      <div
        className="divergence-label"
        title="How far the prediction moved from that of the model as trained (Kullback-Leibler divergence), up to the first different word: behind it the texts differ."
      >
        <span>KL, nats</span>
        <span className="divergence-lanes">
          <span>
            <span className="lane-mark lane-mark-1" aria-hidden="true" /> {laneWords[1]}
          </span>
          <span>
            <span className="lane-mark lane-mark-2" aria-hidden="true" /> {laneWords[2]}
          </span>
        </span>
        <span className="divergence-most">{max}</span>
        <span className="divergence-least">0</span>
      </div>
      <div
        className="map-canvas"
        style={{
          left: viewport.gutter + origin,
          width: Math.max(0, Math.min(columns.width, viewport.right) - origin),
        }}
      >
        <CanvasView
          label="Divergence"
          description="Kullback-Leibler divergence of the steered lane's and the control's next-token distribution from the unsteered one's, at every token up to the first that differs"
          paint={paint}
          subscribe={record.subscribe}
          onPoint={point}
          onLeave={() => stores.selection.setState({ hover: undefined })}
          onPick={() => stores.selection.setState({ pin: stores.selection.getState().hover })}
        />
      </div>
    </div>
  );
}

/** The line's numbers. */
export const DivergenceTable = memo(() => (
  <Disclosure title="Divergence as a table">{() => <DivergenceRows />}</Disclosure>
));

function DivergenceRows() {
  const record = useRecord();
  return (
    <Table
      caption="Divergence from the unsteered lane (KL) at each answer token up to the first that differs, nats"
      {...tableOf<number>(
        [
          { head: 'Token', cell: (index) => String(index + 1) },
          ...comparedLanes.flatMap((lane) => [
            {
              head: `${laneNames[lane]}, token`,
              cell: (index: number) =>
                spokenToken(textAt(record, { lane, position: record.prompt.length + index }) ?? ''),
            },
            {
              head: laneNames[lane],
              cell: (index: number) => formatCett(tokenAt(record, lane, index)?.token.divergence),
            },
          ]),
        ],
        Array.from({ length: positionCount(record) - record.prompt.length }, (_, index) => index),
      )}
    />
  );
}
