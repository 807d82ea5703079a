import { bytesLabel, type Label, tokenLabel } from './label.ts';
import { type LaneIndex, type RunRecord, tokenAt } from './state/record.ts';

/** How the token at a position of a lane is drawn; undefined where there is none. */
export function labelAt(
  record: RunRecord,
  lane: LaneIndex,
  position: number,
  spaces: boolean,
): Label | undefined {
  const { prompt } = record;
  const index = position - prompt.length;
  const token = index < 0 ? prompt[position] : tokenAt(record, lane, index)?.token.token;
  if (!token) return undefined;
  return token.text === '' ? { text: bytesLabel(token), mark: true } : tokenLabel(token.text, spaces);
}
