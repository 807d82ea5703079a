import { quantile } from 'd3-array';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { type ColourScale, colourIndex, niceCeiling, robustMaximum } from '../charts/colour-scale.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import type { Palette } from '../charts/palette.ts';
import { cssColour, readableOn } from '../charts/ramp.ts';
import { positionCount } from './state/hooks.ts';
import {
  type LaneIndex,
  laneIndices,
  type RunRecord,
  tokenAt,
  trainedLogprob,
  valuesAt,
} from './state/record.ts';
import { formatScore, type TokenScorer, tokenScore } from './state/score.ts';
import type { TokenColour } from './state/slices/view.ts';

/** What the tokens are coloured by: a value a token, and how it is drawn and written. */
export interface TokenQuantity {
  readonly kind: Exclude<TokenColour, 'none'>;
  /** Name as the legend has it, and before a single value. */
  readonly name: string;
  readonly short: string;
  readonly scale: ColourScale;
  readonly ends: readonly [string, string];
  value(lane: LaneIndex, position: number): number | undefined;
  format(value: number): string;
}

interface Needs {
  readonly record: RunRecord;
  readonly scorer: TokenScorer | undefined;
  /** The neuron whose CETT is asked for, and its values at every position of a lane. */
  readonly neuron: NeuronRef | undefined;
  readonly series: (neuron: NeuronRef, lane: LaneIndex) => Float32Array;
}

type Values = (lane: LaneIndex, position: number) => number | undefined;

function all(record: RunRecord, value: Values): number[][] {
  const count = positionCount(record);
  return laneIndices.map((lane) =>
    Array.from({ length: count }, (_, position) => value(lane, position) ?? Number.NaN),
  );
}

function high(record: RunRecord, value: Values): number {
  const known = all(record, value).flat().filter(Number.isFinite);
  return niceCeiling(quantile(known, 0.98) ?? 0);
}

function nats(value: number): string {
  return `${value.toFixed(2)} nats`;
}

/** The quantity that tokens are coloured by; undefined for none and while there is nothing to take it from. */
export function tokenQuantity(
  colour: TokenColour,
  { record, scorer, neuron, series }: Needs,
): TokenQuantity | undefined {
  const token = (lane: LaneIndex, position: number) =>
    tokenAt(record, lane, position - record.prompt.length)?.token;
  switch (colour) {
    case 'none':
      return undefined;
    case 'trained':
    case 'logprob': {
      const value: Values = (lane, position) => {
        const at = token(lane, position);
        const logprob = at && (colour === 'trained' ? trainedLogprob(lane, at) : at.logprob);
        return logprob === undefined ? undefined : Math.abs(logprob);
      };
      const max = Math.max(1, high(record, value));
      const to = colour === 'trained' ? 'the model as trained' : 'the version that said it';
      return {
        kind: colour,
        name: `how unlikely each word is to ${to} (−log p)`,
        short: `surprise to ${to}`,
        scale: { max },
        ends: ['0, certain', `${max} nats, unlikely`],
        value,
        format: nats,
      };
    }
    case 'divergence': {
      const value: Values = (lane, position) => (lane === 0 ? undefined : token(lane, position)?.divergence);
      const max = Math.max(0.1, high(record, value));
      return {
        kind: colour,
        name: 'how far the prediction moved from the model as trained, up to the first different word (KL divergence)',
        short: 'KL divergence',
        scale: { max },
        ends: ['0, the same', `${max} nats`],
        value,
        format: nats,
      };
    }
    case 'entropy': {
      const value: Values = (lane, position) => token(lane, position)?.entropy;
      const max = Math.max(1, high(record, value));
      return {
        kind: colour,
        name: 'the choice before them (entropy)',
        short: 'entropy',
        scale: { max },
        ends: ['0, settled', `${max} nats, open`],
        value,
        format: nats,
      };
    }
    case 'score': {
      if (!scorer) return undefined;
      const value: Values = (lane, position) =>
        lane === 0 ? tokenScore(record, scorer, position) : undefined;
      const probability = scorer.kind === 'probability';
      const max = probability ? 1 : robustMaximum(all(record, value), 0.98);
      return {
        kind: colour,
        short: probability ? 'detector’s score' : 'mean CETT of the group',
        name: probability
          ? `the detector’s score, as trained only: how much each word looks made up to ${scorer.name}`
          : `mean CETT of ${scorer.name}, as trained only`,
        scale: { max },
        ends: ['0', probability ? '1' : `${formatCett(max)} and more`],
        value,
        format: (score) => formatScore(score, scorer.kind),
      };
    }
    case 'neuron': {
      if (!neuron) return undefined;
      const key = formatNeuron(neuron);
      const index = record.shape.watched.findIndex((other) => formatNeuron(other) === key);
      const value: Values = (lane, position) => {
        if (index >= 0) return valuesAt(record, lane, position, 'watched')?.[index];
        const fetched = series(neuron, lane)[position];
        return fetched === undefined || Number.isNaN(fetched) ? undefined : fetched;
      };
      const max = robustMaximum(all(record, value), 0.98);
      return {
        kind: colour,
        name: `CETT of neuron ${key}, after scaling`,
        short: `CETT of ${key}`,
        scale: { max },
        ends: ['0', `${formatCett(max)} and more`],
        value,
        format: formatCett,
      };
    }
  }
}

export interface CellColours {
  readonly background: string;
  readonly ink: string;
}

/** Colours of a token's cell, its text readable on it; undefined where it has no value. */
export function cellColours(
  quantity: TokenQuantity,
  value: number | undefined,
  palette: Palette,
): CellColours | undefined {
  if (value === undefined || Number.isNaN(value)) return undefined;
  const pixel = palette.ramp[colourIndex(value, quantity.scale)]!;
  return { background: cssColour(pixel), ink: readableOn(pixel) };
}
