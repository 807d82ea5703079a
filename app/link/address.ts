import { type PageState, pageStateSchema, parseJson } from '../../src/saved/page-state.ts';
import type { Session } from '../explore/state/session.ts';
import { type Pages, pageOf, shownEntry } from '../shell/page.ts';
import { encodeLink } from './link.ts';
import { readPageState } from './page-state.ts';

const storageKey = 'h-neurons.page';
/** Milliseconds without a change before the address is written: browsers take about three addresses a second. */
const settled = 400;

/** The state that this tab had before it was loaded again; undefined where the address was opened anew. */
export function keptState(): PageState | undefined {
  if (!shownEntry()) return undefined;
  try {
    const kept = sessionStorage.getItem(storageKey);
    const read = kept === null ? undefined : pageStateSchema.safeParse(parseJson(kept));
    return read?.data;
  } catch {
    return undefined;
  }
}

function fragmentOf(state: PageState): string | undefined {
  try {
    return encodeLink(state);
  } catch {
    // Too long for a link: this tab keeps it, and the address says the page only.
    return undefined;
  }
}

/**
 * Keeps what the page shows in its address and in this tab's storage, from the first thing on that a person does, so that a
 * reload gives it back.
 * @param restored the page shows what this tab kept already
 */
export function keepAddress({ stores }: Session, pages: Pages, restored: boolean): void {
  let touched = restored;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function store(state: PageState): void {
    try {
      sessionStorage.setItem(storageKey, JSON.stringify(state));
    } catch {
      // A full or forbidden storage: the address alone keeps it.
    }
  }

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!touched) return;
    const state = readPageState(stores);
    store(state);
    const { page } = pages.store.getState();
    // The address may have turned to another page already, which the event on its way tells; it is not to be taken back.
    if ((pageOf(location.hash) ?? page) !== page) return;
    pages.mark(page === 'explore' ? (fragmentOf(state) ?? `#${page}`) : `#${page}`);
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(write, settled);
  };
  const touch = () => {
    touched = true;
    for (const type of signs) removeEventListener(type, touch, true);
    later();
  };
  const signs = ['pointerdown', 'keydown', 'input', 'drop', 'hashchange'] as const;
  for (const type of signs) addEventListener(type, touch, true);
  for (const part of [
    stores.prompt,
    stores.steering,
    stores.selection,
    stores.view,
    stores.run,
    stores.model,
  ])
    part.subscribe(later);
  pages.store.subscribe(later);
  addEventListener('pagehide', write);
}
