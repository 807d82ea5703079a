import type { SteeringState } from '../../../src/steering/types.ts';
import type { History } from './history.ts';
import type { PromptState } from './slices/prompt.ts';
import type { Asked } from './slices/run.ts';
import type { Stores } from './stores.ts';

/** Everything that a step can change, and undo puts back. */
export interface Undoable {
  readonly steering: SteeringState;
  readonly prompt: PromptState;
  readonly asked: Asked | undefined;
}

/** Steps that are remembered. */
export const undoSteps = 100;

export interface UndoActions {
  /** What undo and redo would do, in words. */
  readonly history: History<Undoable>['store'];
  undo(): void;
  redo(): void;
  /** Makes one step of all that `change` does. */
  asOneStep<R>(label: string, change: () => R): R;
  /** Ends a step of several changes, as a drag of a slider. */
  endStep(): void;
}

/**
 * Undo and redo of everything that changes what is answered.
 * @param changed called when something was put back that is to be answered anew
 */
export function createUndo(
  stores: Pick<Stores, 'steering' | 'prompt' | 'run' | 'selection'>,
  history: History<Undoable>,
  changed: () => void,
): UndoActions {
  const present = (): Undoable => ({
    steering: stores.steering.getState(),
    prompt: stores.prompt.getState(),
    asked: stores.run.getState().asked,
  });

  function put(parts: Partial<Undoable> | undefined): void {
    if (!parts) return;
    const { steering, prompt, asked } = parts;
    if (steering) stores.steering.setState(steering, true);
    if (prompt) stores.prompt.setState(prompt, true);
    if (asked) {
      stores.run.setState({ asked });
      stores.selection.setState({ hover: undefined, pin: undefined });
    }
    if (steering || asked) changed();
  }

  return {
    history: history.store,
    undo: () => put(history.undo(present())),
    redo: () => put(history.redo(present())),
    asOneStep: history.oneStep,
    endStep: history.endStep,
  };
}
