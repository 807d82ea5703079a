import type { ModelSource } from '../../src/protocol/messages.ts';
import { useSession } from '../state/hooks.ts';
import { rememberAgreement } from '../state/start.ts';

/** Loads a model that a person chose, and closes the dialog. */
export function useLoad(): (source: ModelSource) => void {
  const session = useSession();
  return (source) => {
    if (source.kind === 'url') rememberAgreement();
    session.stores.chooser.setState({ open: false });
    void session.load(source);
  };
}
