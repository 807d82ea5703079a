import { max } from 'd3-array';
import { type PointerEvent, useEffect, useSyncExternalStore } from 'react';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { niceCeiling } from '../charts/colour-scale.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { Table } from '../ui/Table.tsx';
import { tableOf } from '../ui/table-columns.ts';
import { spokenToken } from './label.ts';
import { positionCount, textAt, useRecord, useSelected, useSession } from './state/hooks.ts';
import { type LaneIndex, laneIndices, laneNames, type RunRecord, valuesAt } from './state/record.ts';

const width = 400;
const height = 84;

/** A line through the values that there are, from position 1 on: the first position dwarfs the rest. */
export function coursePath(values: ArrayLike<number>, count: number, top: number): string {
  const step = width / Math.max(1, count - 1);
  let path = '';
  let drawing = false;
  for (let position = 1; position < Math.min(count, values.length); position++) {
    const value = values[position]!;
    if (!Number.isFinite(value)) {
      drawing = false;
      continue;
    }
    const y = height - (height * Math.min(top, value)) / top;
    path += `${drawing ? 'L' : 'M'}${(position * step).toFixed(1)},${y.toFixed(1)}`;
    drawing = true;
  }
  return path;
}

/** Values of a neuron in a lane: those that came with the run where it is watched, else those that were fetched. */
function watchedCourse(
  record: RunRecord,
  neuron: NeuronRef,
  lane: LaneIndex,
  count: number,
): number[] | undefined {
  const row = record.shape.watched.findIndex((other) => formatNeuron(other) === formatNeuron(neuron));
  if (row < 0) return undefined;
  return Array.from(
    { length: count },
    (_, position) => valuesAt(record, lane, position, 'watched')?.[row] ?? NaN,
  );
}

/** What a neuron did over the run, a line a lane, linked with all other views. */
export function NeuronCourse({ neuron }: { readonly neuron: NeuronRef }) {
  const { stores, details } = useSession();
  const record = useRecord();
  const at = useSelected();
  useSyncExternalStore(details.subscribe, details.version);
  const count = positionCount(record);
  const watched = watchedCourse(record, neuron, 0, count) !== undefined;
  const version = record.version();

  useEffect(() => {
    if (!watched && version >= 0) details.wantSeries(neuron, laneIndices);
  }, [details, neuron, watched, version]);

  const lanes = laneIndices.map(
    (lane) => watchedCourse(record, neuron, lane, count) ?? details.series(neuron, lane),
  );
  const top = niceCeiling(
    max(lanes.flatMap((values) => Array.from(values).slice(1).filter(Number.isFinite))) ?? 0,
  );
  const step = width / Math.max(1, count - 1);

  function point(event: PointerEvent<SVGSVGElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const position = Math.round(((event.clientX - box.left) / box.width) * (count - 1));
    if (position >= 0 && position < count) stores.selection.setState({ hover: { lane: at.lane, position } });
  }

  return (
    <div className="course">
      <p className="course-head">
        <span>Share of its layer’s output (CETT) over the run</span>
        <span className="muted">{top > 0 ? `0 to ${formatCett(top)}` : 'no activation'}</span>
      </p>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Values of neuron ${formatNeuron(neuron)} over the run`}
        onPointerMove={point}
        onPointerLeave={() => stores.selection.setState({ hover: undefined })}
        onPointerDown={(event) => {
          point(event);
          stores.selection.setState({ pin: stores.selection.getState().hover });
        }}
      >
        <line className="course-base" x1={0} x2={width} y1={height} y2={height} />
        {record.prompt.length > 0 && (
          <line
            className="course-start"
            x1={(record.prompt.length - 0.5) * step}
            x2={(record.prompt.length - 0.5) * step}
            y1={0}
            y2={height}
          />
        )}
        <line className="course-cursor" x1={at.position * step} x2={at.position * step} y1={0} y2={height} />
        {top > 0 &&
          [2, 0, 1].map((lane) => (
            <path
              key={lane}
              className={`course-line course-line-${lane}`}
              d={coursePath(lanes[lane]!, count, top)}
            />
          ))}
      </svg>
      <p className="course-now">
        {laneIndices.map((lane) => (
          <span key={lane}>
            <span className={`lane-mark lane-mark-${lane}`} aria-hidden="true" /> {laneNames[lane]}{' '}
            {formatCett(lanes[lane]![at.position])}
          </span>
        ))}
      </p>
      <Disclosure title="Values as a table">
        {() => (
          <Table
            caption={`CETT of neuron ${formatNeuron(neuron)} at each position`}
            {...tableOf<number>(
              [
                { head: 'Position', cell: String },
                {
                  head: 'Token',
                  cell: (position) => spokenToken(textAt(record, { lane: at.lane, position }) ?? ''),
                },
                ...laneIndices.map((lane) => ({
                  head: laneNames[lane],
                  cell: (position: number) => formatCett(lanes[lane]![position]),
                })),
              ],
              Array.from({ length: count }, (_, position) => position),
            )}
          />
        )}
      </Disclosure>
    </div>
  );
}
