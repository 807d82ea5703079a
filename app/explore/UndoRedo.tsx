import { useEffect } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { isInDialog, isTyping } from './keys.ts';
import { useSession } from './state/hooks.ts';

/** Undo and redo of everything that changes the answers, as buttons and as Ctrl-Z and Shift-Ctrl-Z. */
export function UndoRedo() {
  const session = useSession();
  const { undo, redo } = useStore(session.history);

  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (isTyping(event.target) || isInDialog(event.target)) return;
      const pressed = event.key.toLowerCase();
      if (pressed === 'z' && !event.shiftKey) session.undo();
      else if (pressed === 'y' || pressed === 'z') session.redo();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, [session]);

  return (
    <>
      <Button
        className="button-plain"
        isDisabled={undo === undefined}
        aria-label={undo === undefined ? 'Undo' : `Undo: ${undo}`}
        onPress={session.undo}
      >
        Undo
      </Button>
      <Button
        className="button-plain"
        isDisabled={redo === undefined}
        aria-label={redo === undefined ? 'Redo' : `Redo: ${redo}`}
        onPress={session.redo}
      >
        Redo
      </Button>
    </>
  );
}
