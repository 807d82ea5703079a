import { createContext, useContext, useMemo, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { type Palette, readPalette } from '../../charts/palette.ts';
import type { Works } from '../../shell/jobs.ts';
import type { Pages } from '../../shell/page.ts';
import type { ThemeControl } from '../../shell/theme.ts';
import { answerLength, lastContinued, type RunRecord, tokenAt } from './record.ts';
import type { Session } from './session.ts';
import type { TokenRef } from './slices/selection.ts';

export const SessionContext = createContext<Session | undefined>(undefined);
export const ThemeContext = createContext<ThemeControl | undefined>(undefined);
export const WorksContext = createContext<Works | undefined>(undefined);
export const PagesContext = createContext<Pages | undefined>(undefined);

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a context of the page is missing');
  return value;
}

/** The session of this page. */
export function useSession(): Session {
  return present(useContext(SessionContext));
}

export function useThemeControl(): ThemeControl {
  return present(useContext(ThemeContext));
}

/** The long work of all pages. */
export function useWorks(): Works {
  return present(useContext(WorksContext));
}

/** Which page is shown. */
export function usePages(): Pages {
  return present(useContext(PagesContext));
}

/** Colours of the charts in the present theme. */
export function usePalette(): Palette {
  const theme = useStore(useThemeControl().store, (state) => state.theme);
  return useMemo(() => readPalette(theme), [theme]);
}

/** Renders again when the record has changed, at most once per frame. */
export function useRecord(): RunRecord {
  const { record } = useSession();
  useSyncExternalStore(record.subscribe, record.version);
  return record;
}

/** The token that all views show: under the pointer, else pinned, else the last one that the steered lane has read and gone on from. */
export function selected(
  record: RunRecord,
  hover: TokenRef | undefined,
  pin: TokenRef | undefined,
): TokenRef {
  return hover ?? pin ?? { lane: 1, position: lastContinued(record, 1) };
}

export function useSelected(): TokenRef & { readonly pinned: boolean; readonly hovered: boolean } {
  const session = useSession();
  const record = useRecord();
  const hover = useStore(session.stores.selection, (state) => state.hover);
  const pin = useStore(session.stores.selection, (state) => state.pin);
  return {
    ...selected(record, hover, pin),
    pinned: pin !== undefined && (!hover || (hover.lane === pin.lane && hover.position === pin.position)),
    hovered: hover !== undefined,
  };
}

/** Text of the token read at a position; undefined where there is none. */
export function textAt(record: RunRecord, { lane, position }: TokenRef): string | undefined {
  const { prompt } = record;
  if (position < prompt.length) return prompt[position]?.text;
  return tokenAt(record, lane, position - prompt.length)?.token.token.text;
}

/** Positions that have a column: the prompt and the longest answer. */
export function positionCount(record: RunRecord): number {
  return record.prompt.length + answerLength(record);
}
