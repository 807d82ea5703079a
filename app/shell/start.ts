import type { Session } from '../explore/state/session.ts';
import { hubModel, servedModel } from '../models/state/models.ts';

const storageKey = 'h-neurons.fetch-model';

/** Whether the page comes from this machine, where the model costs no one a download. */
export function isLocal(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

function hasAgreed(): boolean {
  try {
    return localStorage.getItem(storageKey) === 'yes';
  } catch {
    return false;
  }
}

/** Remembers that the person wants the model, so that the next visit does not ask again. */
export function rememberAgreement(): void {
  try {
    localStorage.setItem(storageKey, 'yes');
  } catch {
    // A browser that stores nothing asks again.
  }
}

async function isThere(url: string): Promise<boolean> {
  return fetch(url, { method: 'HEAD' }).then(
    (response) => response.ok && !(response.headers.get('content-type') ?? '').includes('text/html'),
    () => false,
  );
}

/** Loads the default model where that was agreed to or costs nothing; else the page asks. */
export async function startModel(session: Session): Promise<void> {
  const { model } = session.stores;
  const served = servedModel(document.baseURI);
  const beside = await isThere(served.url);
  const { status, linked } = model.getState();
  if (status !== 'checking') return;
  const offer = beside ? served : hubModel;
  const local = isLocal(location.hostname);
  model.setState({ offer });
  if (!linked && (hasAgreed() || (local && beside))) await session.load(offer);
  else model.setState({ status: local ? 'missing' : 'asking', offer });
}
