import { formatNeuron } from '../../../src/neurons/layout.ts';
import type { NeuronLayout, NeuronRef } from '../../../src/neurons/types.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import { createNewest } from '../../ui/latest-only.ts';
import type { LaneIndex, RunRecord } from './record.ts';
import type { TokenRef } from './slices/selection.ts';

/** Positions whose neurons are kept, the least recently wanted dropped first. */
const mostKept = 12;

/** What the worker keeps of every neuron, fetched where it is looked at. */
export interface Details {
  /** CETT of all neurons at a position, flat, [layout.total]; undefined where it was not fetched or not kept. */
  all(token: TokenRef): Float32Array | undefined;
  /** Fetches these positions; a newer wish replaces one that still waits. */
  want(tokens: readonly TokenRef[]): void;
  /** Calls with these values once they are there; with none where they cannot be had. A newer call replaces one that still waits. */
  whenKnown(token: TokenRef, use: (values: Float32Array | undefined) => void): void;
  /** CETT of one neuron at every position of a lane; NaN where not read yet. */
  series(neuron: NeuronRef, lane: LaneIndex): Float32Array;
  /** Fetches what is missing of one neuron's values in all of these lanes. */
  wantSeries(neuron: NeuronRef, lanes: readonly LaneIndex[]): void;
  readonly subscribe: (listener: () => void) => () => void;
  /** Number of answers that have come. */
  readonly version: () => number;
}

interface Series {
  readonly run: number;
  /** Positions that were fetched, whatever came. */
  readonly known: Set<number>;
  values: Float32Array;
}

/** Details of the runs in a record. A run that the worker no longer keeps, or never made, has none. */
export function createDetails(
  client: EngineClient,
  record: RunRecord,
  layoutOf: () => NeuronLayout | undefined,
): Details {
  const positions = new Map<string, Float32Array>();
  const series = new Map<string, Series>();
  const wholes = createNewest();
  const singles = createNewest();
  const awaited = createNewest();
  const listeners = new Set<() => void>();
  let version = 0;

  function changed(): void {
    version += 1;
    for (const listener of [...listeners]) listener();
  }

  const keyOf = ({ lane, position }: TokenRef) => {
    const { run, row } = record.lane(lane).current;
    return `${run}/${row}/${position}`;
  };

  function fetchRange({ lane, position }: TokenRef, start: number, end: number, signal: AbortSignal) {
    const { run, row } = record.lane(lane).current;
    return client.call('detail', { run, lane: row, position, start, end }, { signal });
  }

  function isRead({ lane, position }: TokenRef): boolean {
    const { run, overview } = record.lane(lane).current;
    return run >= 0 && overview[position] !== undefined;
  }

  function keep(key: string, values: Float32Array): void {
    positions.set(key, values);
    for (const oldest of positions.keys()) {
      if (positions.size <= mostKept) break;
      positions.delete(oldest);
    }
  }

  function seriesOf(neuron: NeuronRef, lane: LaneIndex): Series {
    const { run, overview } = record.lane(lane).current;
    const key = `${formatNeuron(neuron)}/${lane}`;
    let known = series.get(key);
    if (known?.run !== run) {
      known = { run, known: new Set(), values: new Float32Array(0) };
      series.set(key, known);
    }
    if (known.values.length < overview.length) {
      const longer = new Float32Array(overview.length).fill(Number.NaN);
      longer.set(known.values);
      known.values = longer;
    }
    return known;
  }

  function all(token: TokenRef): Float32Array | undefined {
    const values = positions.get(keyOf(token));
    return values && values.length > 0 ? values : undefined;
  }

  return {
    all,
    want(tokens) {
      const layout = layoutOf();
      if (!layout) return;
      for (const token of tokens) {
        const key = keyOf(token);
        const known = positions.get(key);
        if (known) {
          positions.delete(key);
          positions.set(key, known);
        }
      }
      const missing = tokens.filter((token) => isRead(token) && !positions.has(keyOf(token)));
      if (missing.length === 0) return;
      wholes.submit(async (signal) => {
        for (const token of missing) {
          const key = keyOf(token);
          const { cett } = await fetchRange(token, 0, layout.total, signal);
          keep(key, cett);
        }
        changed();
      });
    },
    whenKnown(token, use) {
      const known = all(token);
      const layout = layoutOf();
      if (known || !layout || !isRead(token)) {
        use(known);
        return;
      }
      awaited.submit(async (signal) => {
        const key = keyOf(token);
        const values = await fetchRange(token, 0, layout.total, signal).then(
          ({ cett }) => cett,
          () => new Float32Array(0),
        );
        if (signal.aborted) return;
        if (values.length > 0) keep(key, values);
        use(values.length > 0 ? values : undefined);
        changed();
      });
    },
    series: (neuron, lane) => seriesOf(neuron, lane).values,
    wantSeries(neuron, lanes) {
      const layout = layoutOf();
      const index = layout && layout.offsets[neuron.layer]! + neuron.neuron;
      if (index === undefined) return;
      const wanted = lanes.flatMap((lane) => {
        const { values, known } = seriesOf(neuron, lane);
        return Array.from(values, (_, position) => ({ lane, position })).filter(
          (token) => !known.has(token.position) && isRead(token),
        );
      });
      if (wanted.length === 0) return;
      singles.submit(async (signal) => {
        await Promise.all(
          wanted.map(async (token) => {
            const { run } = record.lane(token.lane).current;
            const { cett } = await fetchRange(token, index, index + 1, signal);
            const target = seriesOf(neuron, token.lane);
            if (target.run !== run) return;
            target.known.add(token.position);
            if (cett.length > 0) target.values[token.position] = cett[0]!;
          }),
        );
        changed();
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
  };
}
