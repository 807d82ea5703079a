import type { LoadedModel } from '../../src/protocol/messages.ts';
import { describeError } from '../state/describe-error.ts';
import { hubHost } from '../state/hub-host.ts';
import { decodeLink, encodeLink } from '../state/link.ts';
import { keptSteering } from '../state/model-switch.ts';
import { isPageName } from '../state/page.ts';
import { type PageState, readPageState, writePageState } from '../state/page-state.ts';
import { valuesAt } from '../state/record.ts';
import type { Session } from '../state/session.ts';
import type { TokenRef } from '../state/slices/selection.ts';

/** The address of this page with its state. Throws EngineError `bad-input` where it would be too long. */
export async function linkOf({ stores }: Session): Promise<string> {
  const address = new URL(document.baseURI);
  address.hash = await encodeLink(readPageState(stores));
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

/** Says which model a state was made with once another one is loaded. */
function tellOtherModel({ stores }: Session, made: NonNullable<PageState['model']>): void {
  const stop = stores.model.subscribe(({ status, model }) => {
    if (status !== 'ready' || !model) return;
    stop();
    const text = otherModel(made, model);
    if (text) stores.notice.setState({ text });
  });
}

function otherModel(made: NonNullable<PageState['model']>, model: LoadedModel): string | undefined {
  return model.fingerprint === made.fingerprint
    ? undefined
    : `The link was made with ${made.name}; this is ${model.name}, so its neurons were left out.`;
}

/** Returns what a person should know whose model is there already. */
function fill(session: Session, state: PageState): string | undefined {
  const { stores } = session;
  const { status, model } = stores.model.getState();
  const ready = status === 'ready' && model ? model : undefined;
  const foreign = state.steering && ready && state.steering.madeFor !== ready.fingerprint;
  const kept = foreign && state.steering ? keptSteering(ready, undefined, state.steering) : undefined;
  const wanted = kept ? { ...state, steering: kept.steering } : state;
  writePageState(stores, wanted, ['pin', ...(foreign && !kept ? (['steering', 'card'] as const) : [])]);
  if (state.pin) pinWhenRead(session, state.pin);
  if (!state.model) return kept?.note;
  offerModel(session, state.model);
  if (!ready) tellOtherModel(session, state.model);
  return kept ? kept.note : ready && otherModel(state.model, ready);
}

/**
 * Fills the page's fields with the state in an address; whatever is wrong with it is said, and left out.
 * @returns whether there was one
 */
export async function followLink(session: Session, fragment: string): Promise<boolean> {
  const { notice, model } = session.stores;
  try {
    const isPlace = (id: string) => isPageName(id) || document.getElementById(id) !== null;
    const state = await decodeLink(fragment, isPlace);
    if (!state) return false;
    const note = fill(session, state);
    if (model.getState().status === 'ready') {
      const text = 'The link’s prompt and scales are in place: press Run to answer.';
      notice.setState({ text: note ?? text });
    }
    return true;
  } catch (error) {
    notice.setState({ text: describeError(error) });
    return false;
  }
}
