import type { LearnSettings } from './learn.ts';
import type { RunManifest } from './records.ts';
import { SAMPLE_DEFAULTS, type SampleSettings } from './sample.ts';

/** What the terminal calls the built-in sets, by the names in their files. */
const BUILT_IN = new Map([
  ['Facts for small models', 'facts'],
  ['Invented entities', 'invented'],
]);

const OPTIONS = {
  temperature: '--temperature',
  topK: '--top-k',
  topP: '--top-p',
  maxTokens: '--max-tokens',
  instruction: '--instruction',
} as const satisfies Partial<Record<keyof SampleSettings, string>>;

/** Options of settings that are not the paper's. */
function changes({ form, ...settings }: Pick<SampleSettings, keyof typeof OPTIONS | 'form'>): string {
  const asked = form === undefined ? '' : ` --form ${form}`;
  const others = (Object.keys(OPTIONS) as (keyof typeof OPTIONS)[])
    .filter((key) => settings[key] !== SAMPLE_DEFAULTS[key] && !(form === 'plain' && key === 'instruction'))
    .map(
      (key) => ` ${OPTIONS[key]} ${key === 'instruction' ? JSON.stringify(settings[key]) : settings[key]}`,
    );
  return `${asked}${others.join('')}`;
}

/**
 * The commands that find a set in the terminal, as its file names them. Imported questions stand there by the set's name,
 * since a run does not know where they came from.
 */
export function commandOf(manifest: RunManifest, settings: LearnSettings): string {
  const { questions } = manifest;
  const { samples, agree, seed: sampleSeed, ...rest } = manifest.settings;
  const { C, feature, labels, splitBy, seed, draws } = settings;
  const place = BUILT_IN.get(questions.name) ?? `"${questions.name}"`;
  const relations = questions.relations ? ` --relations ${questions.relations.join(',')}` : '';
  return [
    `hneurons identify --questions ${place}${relations} --limit ${questions.count} --samples ${samples} --agree ${agree} --seed ${sampleSeed}${changes(rest)} --out RUN`,
    `hneurons fit RUN --C ${C} --aggregation ${feature.aggregation} --position ${feature.position} --labels ${labels} --split ${splitBy} --draws ${draws} --seed ${seed}`,
  ].join(' && ');
}
