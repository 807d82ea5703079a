import type { LoadedModel } from '../../src/engine/model-info.ts';
import { formerIdentityNote, shortDifference } from '../../src/neurons/identity.ts';
import type { PageState } from '../../src/saved/page-state.ts';
import { valuesAt } from '../explore/state/record.ts';
import type { Session } from '../explore/state/session.ts';
import { shippedSet } from '../explore/state/sets.ts';
import type { TokenRef } from '../explore/state/slices/selection.ts';
import { decodeLink, encodeLink } from '../link/link.ts';
import { readPageState, writePageState } from '../link/page-state.ts';
import { hubHost } from '../models/state/hub-host.ts';
import { keptSteering } from '../models/state/model-switch.ts';
import { isPageName } from '../shell/page.ts';
import { describeError } from '../ui/describe-error.ts';

/** The address of this page with its state. Throws EngineError `bad-input` where it would be too long. */
export function linkOf({ stores }: Session): string {
  const address = new URL(document.baseURI);
  address.hash = encodeLink(readPageState(stores));
  return address.href;
}

/** Pins a token as soon as it has been read. */
function pinWhenRead({ record, stores }: Session, pin: TokenRef): void {
  const stop = record.subscribe(() => {
    const { tokens } = record.lane(pin.lane).current;
    const known = record.prompt.length + tokens.length - 1;
    if (pin.position > known || !valuesAt(record, pin.lane, pin.position, 'overview')) return;
    stop();
    if (!stores.selection.getState().pin) stores.selection.setState({ pin });
  });
}

/** Offers the Hub's model that a state was made with, unless it is there; the mirror is this browser's own. */
function offerModel({ stores }: Session, { name, fingerprint, hub }: NonNullable<PageState['model']>): void {
  const { status, model } = stores.model.getState();
  const there = status === 'ready' && model?.fingerprint === fingerprint;
  const linked =
    hub && !there ? { name, source: { kind: 'hub', host: hubHost(), ...hub } as const } : undefined;
  stores.model.setState({ linked });
}

/** Where a state comes from: somebody's link, or this tab before it was loaded again. */
type Origin = 'link' | 'reload';

/** Says which model a state was made with once another one is loaded. */
function tellOtherModel({ stores }: Session, made: NonNullable<PageState['model']>, origin: Origin): void {
  const stop = stores.model.subscribe(({ status, model }) => {
    if (status !== 'ready' || !model) return;
    stop();
    const text = otherModel(made, model, origin);
    if (text) stores.notice.setState({ text });
  });
}

/** What of a model with the same name and shape is not what a state was made with. */
function otherParts(
  made: NonNullable<PageState['model']>,
  { name, identity }: LoadedModel,
  origin: Origin,
): string | undefined {
  const what = origin === 'reload' ? 'The state of the page' : 'The link';
  if (!identity) return undefined;
  if (made.identity === undefined) return formerIdentityNote(what);
  const difference = shortDifference(made.identity, identity);
  return difference === ''
    ? undefined
    : `${what} was made with a model other than the one here: ${name} has ${difference}, so answers may differ.`;
}

/** What a person should know of the model that a state was made with; undefined where it is the one that is loaded. */
export function otherModel(
  made: NonNullable<PageState['model']>,
  model: LoadedModel,
  origin: Origin,
): string | undefined {
  if (model.fingerprint === made.fingerprint) return otherParts(made, model, origin);
  return origin === 'reload'
    ? `Before it was reloaded the page had ${made.name}; this is ${model.name}. Open ${made.name} again to have your neurons of it back.`
    : `The link was made with ${made.name}; this is ${model.name}, so its neurons were left out.`;
}

/** Returns what a person should know whose model is there already. */
function fill(session: Session, state: PageState, origin: Origin): string | undefined {
  const { stores } = session;
  const { status, model } = stores.model.getState();
  const ready = status === 'ready' && model ? model : undefined;
  const foreign = state.steering && ready && state.steering.madeFor !== ready.fingerprint;
  const kept = foreign && state.steering ? keptSteering(ready, undefined, state.steering) : undefined;
  const wanted = kept ? { ...state, steering: kept.steering } : state;
  session.putInPlace('opening of a link', () =>
    writePageState(stores, wanted, ['pin', ...(foreign && !kept ? (['steering', 'card'] as const) : [])]),
  );
  if (state.pin) pinWhenRead(session, state.pin);
  if (!state.model) return kept?.note;
  offerModel(session, state.model);
  if (!ready) tellOtherModel(session, state.model, origin);
  return kept ? kept.note : ready && otherModel(state.model, ready, origin);
}

/**
 * Fills the page's fields with the state in an address; whatever is wrong with it is said, and left out.
 * @returns whether there was one
 */
export async function followLink(session: Session, fragment: string): Promise<boolean> {
  const { notice, model } = session.stores;
  try {
    const isPlace = (id: string) => isPageName(id) || document.getElementById(id) !== null;
    const linked = await decodeLink(fragment, isPlace, (name) => shippedSet(document.baseURI, name));
    if (!linked) return false;
    const { state, note: missing } = linked;
    const isReady = model.getState().status === 'ready';
    const note = fill(session, state, 'link');
    const said =
      missing ?? note ?? (isReady ? 'The link is open. Undo brings back what was there.' : undefined);
    if (said !== undefined) notice.setState({ text: said });
    return true;
  } catch (error) {
    notice.setState({ text: describeError(error) });
    return false;
  }
}

/** Fills the page as this tab had it before it was loaded again, and loads the same model of the Hub. */
export async function restore(
  session: Session,
  state: PageState,
  loadFirst: () => Promise<void>,
): Promise<void> {
  fill(session, state, 'reload');
  const { linked } = session.stores.model.getState();
  await (linked ? session.load(linked.source) : loadFirst());
}
