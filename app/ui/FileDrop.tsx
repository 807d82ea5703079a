import { Button, DropZone, FileTrigger, isFileDropItem, Text } from 'react-aria-components';

interface Props {
  /** What stands before the button: "Drop a file here, or". */
  readonly label: string;
  readonly button: string;
  /** Endings of file names. */
  readonly types: readonly string[];
  readonly onFile: (file: File) => void;
}

/** Takes a file that is dropped or chosen. */
export function FileDrop({ label, button, types, onFile }: Props) {
  return (
    <DropZone
      className="drop"
      onDrop={async (event) => {
        const item = event.items.find(isFileDropItem);
        if (item) onFile(await item.getFile());
      }}
    >
      <Text slot="label" className="muted">
        {label}
      </Text>
      <FileTrigger
        acceptedFileTypes={types}
        onSelect={(files) => {
          const file = files?.item(0);
          if (file) onFile(file);
        }}
      >
        <Button className="button">{button}</Button>
      </FileTrigger>
    </DropZone>
  );
}

/** Endings of the tables that can be read. */
export const tableTypes = ['.csv', '.tsv', '.txt', '.json', '.jsonl', '.ndjson', '.parquet', '.gz'];
