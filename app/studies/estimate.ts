import { z } from 'zod';
import type { LoadedModel } from '../../src/engine/model-info.ts';

/** Work whose length is told before it starts; its unit is a question, or an item read by one version of the model. */
export type TimedWork = 'question' | 'item';

/**
 * Steps of the explorer's three answers that a unit takes as long as: by docs/benchmark.md a question of ten replies takes
 * 3.40 s and an item read by one version 0.32 s where a step takes 28.1 ms.
 */
const stepsOfUnit: Readonly<Record<TimedWork, number>> = { question: 121, item: 11.5 };

const storageKey = 'h-neurons.pace';
/** Models and devices whose pace is remembered. */
const most = 20;

const storeSchema = z.record(z.string(), z.number().positive());

type Paced = Pick<LoadedModel, 'fingerprint' | 'device' | 'precision'>;

const keyOf = (work: TimedWork, { fingerprint, device, precision }: Paced) =>
  `${work} ${fingerprint} ${device.kind} ${device.threads} ${precision}`;

function read(): Record<string, number> {
  try {
    return storeSchema.parse(JSON.parse(localStorage.getItem(storageKey) ?? '{}'));
  } catch {
    return {};
  }
}

/** Remembers how long a unit took on this machine. */
export function rememberPace(work: TimedWork, model: Paced, secondsPerUnit: number): void {
  if (!(Number.isFinite(secondsPerUnit) && secondsPerUnit > 0)) return;
  const { [keyOf(work, model)]: _, ...others } = read();
  const kept = [...Object.entries(others), [keyOf(work, model), secondsPerUnit] as const].slice(-most);
  try {
    localStorage.setItem(storageKey, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // A browser that stores nothing measures anew.
  }
}

export interface TimeEstimate {
  readonly seconds: number;
  /** Measured by earlier work of the same kind; else judged by the explorer's last answer. */
  readonly isMeasured: boolean;
}

/**
 * How long work will take on this machine; undefined where nothing was measured yet.
 * @param msPerToken of the explorer's last answer
 */
export function estimateTime(
  work: TimedWork,
  units: number,
  model: Paced,
  msPerToken: number | undefined,
): TimeEstimate | undefined {
  const known = read()[keyOf(work, model)];
  if (known !== undefined) return { seconds: units * known, isMeasured: true };
  if (msPerToken === undefined) return undefined;
  return { seconds: (units * stepsOfUnit[work] * msPerToken) / 1000, isMeasured: false };
}

function lengthText(seconds: number): string {
  if (seconds < 90) return 'about a minute';
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `about ${minutes} minutes`;
  const hours = Math.round(seconds / 1800) / 2;
  return `about ${hours.toLocaleString('en')} hours`;
}

/** "about 6 minutes on this machine", and what that rests on where it is a guess. */
export function estimateText({ seconds, isMeasured }: TimeEstimate): string {
  const text = `${lengthText(seconds)} on this machine`;
  return isMeasured ? text : `${text}, judged by its last answer`;
}
