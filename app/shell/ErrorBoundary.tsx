import { Component, type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { EngineError } from '../../src/lib/errors.ts';
import type { PageName } from './page.ts';

interface Props {
  /** The name of the part for a sentence, such as "the page Identify" or "the neuron map". */
  readonly what: string;
  /** Name of the page that the children are; what stands in its place is then the main part, to which links lead. */
  readonly page?: PageName;
  readonly children: ReactNode;
  /** Called before the children are tried again. */
  readonly onRetry?: () => void;
}

interface State {
  readonly error?: unknown;
  readonly failed: boolean;
}

function sentence(what: string, error: unknown): string {
  if (error instanceof EngineError) return error.message;
  const detail = (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, '');
  return `A fault in the program stopped ${what} (${detail}). Everything else goes on, and nothing that you typed is lost.`;
}

/** Keeps a fault in a part of the page from taking the rest with it: says what happened in its place, and offers to try again. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(error: unknown): State {
    return { failed: true, error };
  }

  readonly retry = (): void => {
    this.props.onRetry?.();
    this.setState({ failed: false, error: undefined });
  };

  override render(): ReactNode {
    const { failed, error } = this.state;
    const { what, page, children } = this.props;
    if (!failed) return children;
    const Place = page === undefined ? 'div' : 'main';
    return (
      <Place className="broken" id={page}>
        <p role="alert">{sentence(what, error)}</p>
        <div className="load-actions">
          <Button className="button" onPress={this.retry}>
            Try again
          </Button>
          <Button className="button-plain" onPress={() => location.reload()}>
            Reload the page
          </Button>
        </div>
      </Place>
    );
  }
}
