import type { FreeLabel, FreeOutcome } from '../../src/studies/impact/labels.ts';
import type { StackPart } from '../charts/stacked.ts';

/** What a free answer counts as, in words. */
export const outcomeWords: Readonly<Record<FreeOutcome, string>> = {
  along: 'goes along',
  against: 'does not',
  neither: 'neither (by hand)',
  unparsed: 'cannot be told',
  empty: 'empty',
  looping: 'goes in circles',
};

const tones: readonly (readonly [FreeOutcome, StackPart['tone']])[] = [
  ['along', 'accent'],
  ['against', 'ink'],
  ['neither', 'accent-wash'],
  ['unparsed', 'edge'],
  ['empty', 'line'],
  ['looping', 'muted'],
];

/** How they are drawn, in the order of a bar. */
export const outcomeParts: readonly (StackPart & { readonly outcome: FreeOutcome })[] = tones.map(
  ([outcome, tone]) => ({ outcome, tone, name: outcomeWords[outcome] }),
);

export const labelWords: Readonly<Record<FreeLabel['label'], string>> = {
  along: outcomeWords.along,
  against: outcomeWords.against,
  neither: 'neither',
};
