import type { LearnSettings } from './learn.ts';
import type { RunManifest } from './records.ts';

/** The commands that find a set in the terminal, as its file names them. */
export function commandOf(manifest: RunManifest, settings: LearnSettings): string {
  const { samples, agree, seed: sampleSeed } = manifest.settings;
  const { C, feature, labels, splitBy, seed } = settings;
  return [
    `hneurons identify --questions "${manifest.questions.name}" --samples ${samples} --agree ${agree} --seed ${sampleSeed} --out RUN`,
    `hneurons fit RUN --C ${C} --aggregation ${feature.aggregation} --position ${feature.position} --labels ${labels} --split ${splitBy} --seed ${seed}`,
  ].join(' && ');
}
