import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { useSession } from './state/hooks.ts';

/** Undo and redo of everything that changes the answers, as buttons; app/shell/shortcuts.ts has their keys. */
export function UndoRedo() {
  const session = useSession();
  const { undo, redo } = useStore(session.history);

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
