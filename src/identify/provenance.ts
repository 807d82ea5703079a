import type { LearnSettings } from './learn.ts';
import type { RunManifest } from './records.ts';

/** What the terminal calls the built-in sets, by the names in their files. */
const BUILT_IN = new Map([
  ['Facts for small models', 'facts'],
  ['Invented entities', 'invented'],
]);

/**
 * The commands that find a set in the terminal, as its file names them. Imported questions stand there by the set's name,
 * since a run does not know where they came from.
 */
export function commandOf(manifest: RunManifest, settings: LearnSettings): string {
  const { questions } = manifest;
  const { samples, agree, seed: sampleSeed } = manifest.settings;
  const { C, feature, labels, splitBy, seed, draws } = settings;
  const place = BUILT_IN.get(questions.name) ?? `"${questions.name}"`;
  return [
    `hneurons identify --questions ${place} --limit ${questions.count} --samples ${samples} --agree ${agree} --seed ${sampleSeed} --out RUN`,
    `hneurons fit RUN --C ${C} --aggregation ${feature.aggregation} --position ${feature.position} --labels ${labels} --split ${splitBy} --draws ${draws} --seed ${seed}`,
  ].join(' && ');
}
