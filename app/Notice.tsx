import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { useSession } from './state/hooks.ts';

/** Says what came of a link or a file. */
export function Notice() {
  const { notice } = useSession().stores;
  const text = useStore(notice, (state) => state.text);
  return (
    <div role="status" className="notice" aria-label="Notice">
      {text !== undefined && (
        <>
          <p>{text}</p>
          <Button className="button-plain" onPress={() => notice.setState({ text: undefined })}>
            Close
          </Button>
        </>
      )}
    </div>
  );
}
