import type { FreeLabel, FreeOutcome } from '../../src/impact/labels.ts';
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

/** How they are drawn, in the order of a bar. */
export const outcomeParts: readonly (StackPart & { readonly outcome: FreeOutcome })[] = [
  { outcome: 'along', tone: 'accent', textTone: 'paper' },
  { outcome: 'against', tone: 'muted', textTone: 'paper' },
  { outcome: 'neither', tone: 'accent-wash', textTone: 'ink' },
  { outcome: 'unparsed', tone: 'edge', textTone: 'ink' },
  { outcome: 'empty', tone: 'line', textTone: 'ink' },
  { outcome: 'looping', tone: 'ink', textTone: 'paper' },
].map(
  (part) =>
    ({ ...part, name: outcomeWords[part.outcome as FreeOutcome] }) as StackPart & { outcome: FreeOutcome },
);

export const labelWords: Readonly<Record<FreeLabel['label'], string>> = {
  along: outcomeWords.along,
  against: outcomeWords.against,
  neither: 'neither',
};
