import { createStore, type StoreApi } from 'zustand/vanilla';

interface VersionState {
  /** The site has another version of the page than this one, and the person has not put off hearing of it. */
  readonly isNew: boolean;
}

/** Address of the script that a page starts with, as its HTML names it; undefined where the text is no page of this site. */
export function startScript(html: string): string | undefined {
  const [tag] = /<script\b[^>]*\btype="module"[^>]*>/.exec(html) ?? [];
  return html.includes('id="root"') && tag ? /\bsrc="([^"]+)"/.exec(tag)?.[1] : undefined;
}

export interface VersionWatch {
  readonly store: StoreApi<VersionState>;
  /** Looks whether the site has another version; where it cannot be reached nothing changes. */
  look(): Promise<void>;
  /** Says no more of the version that was found. */
  putOff(): void;
}

/**
 * Notices that the site has another version of the page than the one that runs.
 * @param own the script that this page started with, as its HTML names it
 * @param readPage HTML of the page as the site has it now; undefined where it cannot be had
 */
export function createVersionWatch(
  own: string | undefined,
  readPage: () => Promise<string | undefined>,
): VersionWatch {
  const store = createStore<VersionState>(() => ({ isNew: false }));
  let putOff: string | undefined;
  let found: string | undefined;
  return {
    store,
    async look() {
      const html = await readPage();
      const now = html === undefined ? undefined : startScript(html);
      if (own === undefined || now === undefined) return;
      found = now;
      store.setState({ isNew: now !== own && now !== putOff });
    },
    putOff() {
      putOff = found;
      store.setState({ isNew: false });
    },
  };
}

/** The page's HTML as the site has it now, past all caches. */
export async function readPageAnew(): Promise<string | undefined> {
  const address = new URL(location.href);
  address.hash = '';
  const response = await fetch(address, { cache: 'no-store' }).catch(() => undefined);
  return response?.ok ? response.text().catch(() => undefined) : undefined;
}
