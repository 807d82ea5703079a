import { z } from 'zod';
import { textLines } from '../../lib/bytes/text-lines.ts';
import { EngineError } from '../../lib/errors.ts';
import { FREE_VERDICTS } from './judge-free.ts';

/** What a person says of a free answer. */
const FREE_LABELS = ['along', 'against', 'neither'] as const;

/** What a free answer counts as: the rule's verdict, or a person's label in its place. */
export const FREE_OUTCOMES = [...FREE_VERDICTS, 'neither'] as const;
export type FreeOutcome = (typeof FREE_OUTCOMES)[number];

const labelSchema = z.object({
  type: z.literal('label'),
  suite: z.string(),
  id: z.string(),
  text: z.string(),
  label: z.enum(FREE_LABELS),
});

/** A person's label of a text as an answer to an item: it holds wherever the text was given, whatever was turned. */
export type FreeLabel = Readonly<z.infer<typeof labelSchema>>;

/** What a label is of. */
export type LabelPlace = Pick<FreeLabel, 'suite' | 'id' | 'text'>;

/** Equal for labels of the same answer. */
export const labelKey = ({ suite, id, text }: LabelPlace): string => JSON.stringify([suite, id, text]);

/** Finds the label of an answer; of several the last holds. */
export function labelFinder(
  labels: readonly FreeLabel[],
): (place: LabelPlace) => FreeLabel['label'] | undefined {
  const found = new Map(labels.map((label) => [labelKey(label), label.label]));
  return (place) => found.get(labelKey(place));
}

/**
 * Reads labels: an object a line with the type "label"; lines of other types, as a file of records has them, are passed
 * over.
 * @throws EngineError `bad-input` that names the line that is no label
 */
export function parseLabels(source: string): FreeLabel[] {
  const labels: FreeLabel[] = [];
  for (const { number, text } of textLines(source)) {
    if (text.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new EngineError('bad-input', `Line ${number} of the labels is not JSON; write an object a line.`);
    }
    const isOther = typeof value === 'object' && value !== null && 'type' in value && value.type !== 'label';
    if (isOther) continue;
    const { success, data } = labelSchema.safeParse(value);
    if (!success)
      throw new EngineError(
        'bad-input',
        `Line ${number} is no label; it needs "type": "label", "suite", "id", "text" and "label", one of ${FREE_LABELS.join(', ')}.`,
      );
    labels.push(data);
  }
  return labels;
}
