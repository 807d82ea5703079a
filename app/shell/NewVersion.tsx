import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import type { VersionWatch } from './version.ts';

/** Says that the site has a newer page, which the person may fetch when it suits. */
export function NewVersion({ watch }: { readonly watch: VersionWatch }) {
  const { isNew } = useStore(watch.store);
  return (
    <div role="status" className="notice" aria-label="Version">
      {isNew && (
        <>
          <p>
            A new version of this page is there. Reload when it suits you: your question, conversation and
            settings stay.
          </p>
          <Button className="button-plain" onPress={() => location.reload()}>
            Reload
          </Button>
          <Button className="button-plain" onPress={watch.putOff}>
            Later
          </Button>
        </>
      )}
    </div>
  );
}
