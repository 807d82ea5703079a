import { Component, type ReactNode } from 'react';

/** Says in place of a blank page that the page itself failed. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly message?: string }
> {
  override state: { readonly message?: string } = {};

  static getDerivedStateFromError(thrown: unknown): { readonly message: string } {
    return { message: thrown instanceof Error ? thrown.message : String(thrown) };
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === undefined) return this.props.children;
    return (
      <p role="alert" className="broken">
        The page failed: {message}. Reload it to start again.
      </p>
    );
  }
}
