import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components';

interface Props {
  /** Of what is kept, for the names of the buttons. */
  readonly name: string;
  /** It is shown already. */
  readonly open: boolean;
  readonly onOpen: () => void;
  readonly onDelete: () => void;
  /** What else can be done, between opening and deleting. */
  readonly children?: ReactNode;
}

/** Opens something that this browser keeps, or deletes it once that was confirmed. */
export function KeptActions({ name, open, onOpen, onDelete, children }: Props) {
  const [sure, setSure] = useState(false);
  return (
    <>
      {!open && (
        <Button className="button-plain" aria-label={`Open ${name}`} onPress={onOpen}>
          Open
        </Button>
      )}
      {children}
      {sure ? (
        // The second click of a double click meets what keeps.
        <>
          <Button className="button-plain" aria-label={`Keep ${name}`} onPress={() => setSure(false)}>
            Keep
          </Button>
          <Button className="button-plain" aria-label={`Really delete ${name}`} onPress={onDelete}>
            Really delete
          </Button>
        </>
      ) : (
        <Button className="button-plain" aria-label={`Delete ${name}`} onPress={() => setSure(true)}>
          Delete
        </Button>
      )}
    </>
  );
}
