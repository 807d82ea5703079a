import { createStore } from 'zustand/vanilla';

/** The pages, in the order of the bar. */
export const pages = [
  { name: 'explore', title: 'Explore' },
  { name: 'identify', title: 'Identify' },
  { name: 'impact', title: 'Impact' },
  { name: 'origins', title: 'Origins' },
] as const;

export type PageName = (typeof pages)[number]['name'];

/** Whether a fragment, without its #, is nothing but a page's name. */
export function isPageName(name: string): boolean {
  return pages.some((page) => page.name === name);
}

/**
 * The page that an address' fragment means: "#identify", or the explorer for none and for a state of it ("#s1...").
 * @returns undefined for anything else, such as a place on a page
 */
export function pageOf(fragment: string): PageName | undefined {
  if (fragment === '' || fragment === '#' || /^#s\d+\./.test(fragment)) return 'explore';
  return pages.find(({ name }) => fragment === `#${name}`)?.name;
}

interface PageChoice {
  readonly page: PageName;
  /** Pages that were opened; they keep what was typed into them. */
  readonly opened: readonly PageName[];
}

const shown = { shown: true };

/** Whether the history's present entry was shown before: what was changed on it since then is more than its address says. */
export function shownEntry(): boolean {
  const known: unknown = history.state;
  return typeof known === 'object' && known !== null && 'shown' in known;
}

/** Which page is shown; the address bar and the browser's history go with it. */
export function createPages() {
  const first = pageOf(location.hash) ?? 'explore';
  const store = createStore<PageChoice>(() => ({ page: first, opened: [first] }));

  /** Marks the present entry of the history: who comes back to it finds what was changed since, not the link's state. */
  function leave(): void {
    history.replaceState(shown, '');
  }

  return {
    store,
    leave,
    /** Gives the history's present entry an address, which is of what is shown already. */
    mark(fragment: string): void {
      history.replaceState(shown, '', `${location.pathname}${location.search}${fragment}`);
    },
    go(page: PageName): void {
      leave();
      location.hash = page;
    },
    /** Turns to the page that the address means, and tells whether a state in it is still to be put in place. */
    follow(): boolean {
      const { page, opened } = store.getState();
      const next = pageOf(location.hash) ?? page;
      store.setState({ page: next, opened: opened.includes(next) ? opened : [...opened, next] });
      const before = shownEntry();
      if (isPageName(location.hash.slice(1))) leave();
      return !before;
    },
  };
}

export type Pages = ReturnType<typeof createPages>;
