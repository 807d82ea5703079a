import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { useSession } from '../explore/state/hooks.ts';

/** Says what came of a link or a file. */
export function Notice() {
  const { notice } = useSession().stores;
  const { text, reading } = useStore(notice);
  return (
    <div role="status" className="notice" aria-label="Notice">
      {reading && (
        <>
          <p>
            Reading <bdi>{reading.name}</bdi>
          </p>
          <Button className="button-plain" onPress={reading.stop}>
            Stop
          </Button>
        </>
      )}
      {text !== undefined && !reading && (
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
