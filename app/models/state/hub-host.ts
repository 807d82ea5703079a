import { HUB } from '../../../src/lib/bytes/hub.ts';
import { EngineError } from '../../../src/lib/errors.ts';

const storageKey = 'h-neurons.hub-host';

/**
 * The address of a mirror as a person writes it, with or without "https://".
 * @returns its origin and path without a slash at the end; undefined for the Hub itself, or nothing
 * @throws EngineError `bad-input` for anything but https, or http on this machine
 */
export function parseHost(text: string): string | undefined {
  const written = text.trim();
  if (written === '') return undefined;
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `https://${written}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const local = url && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && local);
  if (!url || !safe || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new EngineError(
      'bad-input',
      'Write the mirror’s address with https, for example https://hf-mirror.example; http is taken for localhost only.',
    );
  const host = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return host === HUB ? undefined : host;
}

/** The mirror that this browser uses in place of the Hub; undefined for none. */
export function hubHost(): string | undefined {
  try {
    return parseHost(localStorage.getItem(storageKey) ?? '');
  } catch {
    return undefined;
  }
}

/**
 * Keeps a mirror for this browser's visits, or takes it back where the text is empty.
 * @returns the mirror
 * @throws EngineError as `parseHost`
 */
export function keepHubHost(text: string): string | undefined {
  const host = parseHost(text);
  try {
    if (host === undefined) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, host);
  } catch {
    // A browser that stores nothing asks again.
  }
  return host;
}
