import { Fragment, useEffect, useState } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { usePages, useSession } from '../explore/state/hooks.ts';
import { withoutTop } from '../explore/state/slices/selection.ts';
import { isApple, isInDialog, isTyping } from '../ui/keys.ts';
import {
  type KeyPress,
  keyLabels,
  places,
  type Shortcut,
  type ShortcutActions,
  shortcutOf,
  shortcuts,
} from './shortcuts.ts';

/** Calls what the window's shortcuts mean, on the page that is shown. */
function useWindowShortcuts(showShortcuts: () => void): void {
  const session = useSession();
  const pages = usePages();
  useEffect(() => {
    const { selection } = session.stores;
    const actions: ShortcutActions = {
      showShortcuts() {
        showShortcuts();
        return true;
      },
      undo() {
        session.undo();
        return true;
      },
      redo() {
        session.redo();
        return true;
      },
      closeUppermost() {
        const next = withoutTop(selection.getState());
        if (next) selection.setState(next);
        return next !== undefined;
      },
    };
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isInDialog(event.target)) return;
      const found = shortcutOf(event, pages.store.getState().page, isTyping(event.target));
      if (found?.calls && actions[found.calls]()) event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [session, pages, showShortcuts]);
}

/** Keyboard shortcuts: their listener, and the list of them, which a button and the key ? open. */
export function Shortcuts() {
  const [open, setOpen] = useState(false);
  const [show] = useState(() => () => setOpen(true));
  useWindowShortcuts(show);
  return (
    <>
      <Button className="button-plain shortcuts-button" aria-label="Keyboard shortcuts" onPress={show}>
        ?
      </Button>
      <ModalOverlay className="overlay" isDismissable isOpen={open} onOpenChange={setOpen}>
        <Modal className="shortcuts">
          <Dialog className="shortcuts-dialog">
            {({ close }) => (
              <>
                <header className="shortcuts-head">
                  <Heading slot="title">Keyboard shortcuts</Heading>
                  <Button className="button-plain" onPress={close}>
                    Close
                  </Button>
                </header>
                <div className="shortcuts-list">
                  {places.map(({ name, title }) => (
                    <section key={name} aria-label={title}>
                      <h3>{title}</h3>
                      <dl>
                        {shortcuts
                          .filter(({ place }) => place === name)
                          .map((shortcut) => (
                            <Row key={shortcut.words} shortcut={shortcut} />
                          ))}
                      </dl>
                    </section>
                  ))}
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}

function Row({ shortcut: { keys, words } }: { readonly shortcut: Shortcut }) {
  return (
    <div>
      <dt>
        {keys.map((press, i) => (
          <Fragment key={keyLabels(press, false).join()}>
            {i > 0 && ' '}
            <Keys press={press} />
          </Fragment>
        ))}
      </dt>
      <dd>{words}</dd>
    </div>
  );
}

/** Keys that are pressed together. */
function Keys({ press }: { readonly press: KeyPress }) {
  return (
    <span className="shortcuts-keys">
      {keyLabels(press, isApple()).map((label, i) => (
        <Fragment key={label}>
          {i > 0 && '+'}
          <kbd>{label}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
