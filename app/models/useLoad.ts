import type { ModelSource } from '../../src/model/source.ts';
import { useSession } from '../explore/state/hooks.ts';
import { rememberAgreement } from '../shell/start.ts';

/** Loads a model that a person chose, and closes the dialog. */
export function useLoad(): (source: ModelSource) => void {
  const session = useSession();
  return (source) => {
    if (source.kind === 'url') rememberAgreement();
    session.stores.chooser.setState({ open: false });
    void session.load(source);
  };
}
