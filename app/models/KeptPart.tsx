import { useCallback, useEffect, useState } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { counted } from '../../src/lib/count.ts';
import type { KeptOut } from '../../src/model/kept.ts';
import { useSession } from '../explore/state/hooks.ts';
import { describeError } from '../ui/describe-error.ts';
import { bytesText } from './sizes.ts';

type KeptModel = KeptOut['models'][number];

/** Models that this browser keeps, and the room there is for more. */
export function KeptPart() {
  const { client } = useSession();
  const [kept, setKept] = useState<KeptOut>();
  const [error, setError] = useState('');
  const [said, setSaid] = useState('');

  const look = useCallback(async () => {
    try {
      setKept(await client.call('kept', {}));
      setError('');
    } catch (thrown) {
      setError(describeError(thrown));
    }
  }, [client]);
  useEffect(() => void look(), [look]);

  async function forget({ key, name }: KeptModel) {
    try {
      await client.call('forget', { key });
      setSaid(`${name} was deleted.`);
    } catch (thrown) {
      setError(describeError(thrown));
    }
    await look();
  }

  return (
    <div className="kept">
      <p className="muted">
        What was fetched once is kept by this browser and loads without the network. Nothing here is sent
        anywhere.
      </p>
      {kept?.models.length === 0 && <p>No model is kept yet.</p>}
      {kept && kept.models.length > 0 && (
        <ul className="kept-list" aria-label="Kept models">
          {kept.models.map((model) => (
            <li key={model.key}>
              <bdi>{model.name}</bdi>
              <span>{bytesText(model.bytes)}</span>
              <span className="muted">{counted(model.files, 'file')}</span>
              <Delete model={model} onDelete={() => void forget(model)} />
            </li>
          ))}
        </ul>
      )}
      {kept?.quota !== undefined && (
        <p>
          {bytesText(kept.usage ?? 0)} used by this page; about{' '}
          {bytesText(Math.max(0, kept.quota - (kept.usage ?? 0)))} free as far as the browser tells.
        </p>
      )}
      <p className="muted" role="status">
        {said}
      </p>
      <p className="message" role="alert">
        {error}
      </p>
    </div>
  );
}

/** Asks before it deletes: what is gone has to be fetched again. */
function Delete({ model, onDelete }: { readonly model: KeptModel; readonly onDelete: () => void }) {
  return (
    <DialogTrigger>
      <Button className="button-plain" aria-label={`Delete ${model.name}…`}>
        Delete…
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="dialog" role="alertdialog" aria-label={`Delete ${model.name}`}>
          {({ close }) => (
            <>
              <p>
                Delete <bdi>{model.name}</bdi> from this browser? To use it again, {bytesText(model.bytes)}{' '}
                have to be fetched again.
              </p>
              <div className="disk-actions">
                <Button
                  className="button button-main"
                  onPress={() => {
                    close();
                    onDelete();
                  }}
                >
                  Delete
                </Button>
                <Button className="button" onPress={close}>
                  Keep it
                </Button>
              </div>
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
