import { Button } from 'react-aria-components';
import type { RunStatus } from '../studies/engine-work.ts';

interface Props {
  readonly status: RunStatus;
  /** A model is there to work with. */
  readonly ready: boolean;
  /** What the work is called: "run", "sweep". */
  readonly noun: string;
  readonly startLabel: string;
  /** There is something to work on. */
  readonly canStart: boolean;
  /** The estimated time before the work starts; empty where none is known. */
  readonly estimate?: string;
  /** What is said once all is done, and before something was chosen. */
  readonly doneText: string;
  readonly chooseText?: string;
  /** Goes on with more, once all is done. */
  readonly more?: { readonly label: string; readonly ask: () => void } | undefined;
  readonly actions: {
    start(): Promise<void>;
    pause(): void;
    resume(): Promise<void>;
    cancel(): void;
  };
}

function statusText({ status, ready, canStart, doneText, chooseText = '', estimate = '' }: Props): string {
  switch (status) {
    case 'running':
      return 'asking';
    case 'waiting':
      return 'waits while the model is used in the explorer';
    case 'paused':
      return ready ? 'paused' : 'paused; the model must be ready to go on';
    case 'done':
      return doneText;
    case 'failed':
      return 'stopped; what is done is stored';
    case 'lost':
      return 'stopped; nothing of it is stored any more';
    default:
      if (!ready) return 'the model must be ready first';
      return canStart ? estimate : chooseText;
  }
}

/** Starts, pauses, resumes and ends long work with the model, and says how it stands. */
export function WorkControls(props: Props) {
  const { status, ready, noun, startLabel, canStart, actions } = props;
  const goes = status === 'running' || status === 'waiting';
  return (
    <div className="identify-row">
      {status === 'idle' && (
        <Button
          className="button button-main"
          isDisabled={!ready || !canStart}
          onPress={() => void actions.start()}
        >
          {startLabel}
        </Button>
      )}
      {goes && (
        <Button className="button button-main" onPress={actions.pause}>
          Pause
        </Button>
      )}
      {(status === 'paused' || status === 'failed') && (
        <Button className="button button-main" isDisabled={!ready} onPress={() => void actions.resume()}>
          Resume
        </Button>
      )}
      {status === 'done' && props.more && (
        <Button className="button button-main" isDisabled={!ready} onPress={props.more.ask}>
          {props.more.label}
        </Button>
      )}
      {status !== 'idle' && (
        <Button className="button" onPress={actions.cancel}>
          {goes ? `End the ${noun}` : `Close the ${noun}`}
        </Button>
      )}
      <span className="muted" role="status" aria-label={`State of the ${noun}`}>
        {statusText(props)}
      </span>
    </div>
  );
}
