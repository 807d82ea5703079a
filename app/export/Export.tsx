import { Fragment, useState } from 'react';
import { Button, Dialog, DialogTrigger, FileTrigger, Popover } from 'react-aria-components';
import { selected, useSession } from '../explore/state/hooks.ts';
import type { Session } from '../explore/state/session.ts';
import { conditionsOf, questionOf } from '../explore/state/shown.ts';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { toCsv } from '../ui/csv.ts';
import { describeError } from '../ui/describe-error.ts';
import { fileName, offerFile } from './download.ts';
import { linkOf } from './links.ts';
import { openFile, saveRun } from './runs.ts';
import { SetsPart } from './SetsPart.tsx';
import { pictureOf, toPng } from './svg.ts';
import { type DataTable, dataTables } from './tables.ts';

/** Pixels of a PNG for each of the page's. */
const pngScale = 2;

interface Part {
  readonly name: string;
  readonly element: Element;
}

/** The figure and its parts, as they stand on the page. */
function partsOf(): Part[] {
  const figure = document.querySelector('.figure');
  if (!figure) return [];
  const parts = [...figure.querySelectorAll('.panel[aria-label]')].map((element) => ({
    name: element.getAttribute('aria-label') ?? '',
    element,
  }));
  return [{ name: 'Whole figure', element: figure }, ...parts];
}

async function savePicture(session: Session, { name, element }: Part, kind: 'png' | 'svg'): Promise<void> {
  const conditions = conditionsOf(session.stores, session.record);
  const picture = pictureOf(element, `H-Neuron Explorer: ${name}`, conditions);
  const content =
    kind === 'png' ? await toPng(picture, pngScale) : new Blob([picture.svg], { type: 'image/svg+xml' });
  offerFile(`${fileName(name, shownQuestion(session))}.${kind}`, content);
}

function shownQuestion({ record }: Session): string {
  const { made } = record.lane(1).current;
  return made ? questionOf(made.asked) : '';
}

function saveTable(session: Session, { id, head, rows }: DataTable): void {
  offerFile(
    `${fileName(id, shownQuestion(session))}.csv`,
    new Blob([toCsv(head, rows)], { type: 'text/csv' }),
  );
}

/** Everything that can be saved: a link, the run, neuron sets, pictures and tables. */
export function TakeAway() {
  return (
    <DialogTrigger>
      <Button className="button-plain">Export</Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="dialog take" aria-label="Export">
          <ErrorBoundary what="the export">
            <Choices />
          </ErrorBoundary>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Choices() {
  const session = useSession();
  const { record } = session;
  const { hover, pin } = session.stores.selection.getState();
  const tables = dataTables(session.stores, record, selected(record, hover, pin));
  const [said, setSaid] = useState('');
  const tell = (work: Promise<unknown>, done: string) => {
    setSaid('');
    work.then(
      () => setSaid(done),
      (error: unknown) => setSaid(describeError(error)),
    );
  };
  return (
    <>
      <CopyLink />
      <section className="take-part" aria-label="Run">
        <h2>Run</h2>
        <p className="muted">Everything shown, as a file that this page opens again.</p>
        <div className="take-row">
          <Button className="button" onPress={() => tell(saveRun(session), '')}>
            Save run
          </Button>
          <FileTrigger
            acceptedFileTypes={['.json']}
            onSelect={(files) => {
              const file = files?.item(0);
              if (file) void openFile(session, file);
            }}
          >
            <Button className="button">Open run…</Button>
          </FileTrigger>
        </div>
      </section>
      <SetsPart session={session} tell={tell} />
      <section className="take-part" aria-label="Pictures">
        <h2>Pictures</h2>
        <div className="take-grid">
          {partsOf().map((part) => (
            <Fragment key={part.name}>
              <span>{part.name}</span>
              {(['png', 'svg'] as const).map((kind) => (
                <Button
                  key={kind}
                  className="button-plain"
                  aria-label={`${part.name} as ${kind.toUpperCase()}`}
                  onPress={() =>
                    tell(savePicture(session, part, kind), `${part.name} saved as ${kind.toUpperCase()}.`)
                  }
                >
                  {kind.toUpperCase()}
                </Button>
              ))}
            </Fragment>
          ))}
        </div>
      </section>
      <section className="take-part" aria-label="Tables">
        <h2>Tables</h2>
        <div className="take-grid take-tables">
          {tables.map((table) => (
            <Fragment key={table.id}>
              <span>{table.name}</span>
              <Button
                className="button-plain"
                aria-label={`${table.name} as CSV`}
                onPress={() => saveTable(session, table)}
              >
                CSV
              </Button>
            </Fragment>
          ))}
        </div>
      </section>
      <p role="status" className="muted">
        {said}
      </p>
    </>
  );
}

function CopyLink() {
  const session = useSession();
  const [link, setLink] = useState<{ readonly text: string; readonly copied: boolean }>();
  const [error, setError] = useState('');

  async function copy(): Promise<void> {
    try {
      const text = linkOf(session);
      history.replaceState(history.state, '', text);
      const copied = await navigator.clipboard.writeText(text).then(
        () => true,
        () => false,
      );
      setLink({ text, copied });
      setError('');
    } catch (thrown) {
      setError(describeError(thrown));
    }
  }

  return (
    <section className="take-part" aria-label="Link">
      <h2>Link</h2>
      <p className="muted">Prompt, seed, groups, scales, pinned token and view, in the address itself.</p>
      <div className="take-row">
        <Button className="button" onPress={() => void copy()}>
          Copy link
        </Button>
        <span role="status">
          {error ||
            (link &&
              (link.copied
                ? `Copied, ${link.text.length.toLocaleString('en')} characters.`
                : 'Copy it by hand:'))}
        </span>
      </div>
      {link && !link.copied && (
        <input
          className="take-link"
          aria-label="Link"
          readOnly
          value={link.text}
          onFocus={(event) => event.target.select()}
        />
      )}
    </section>
  );
}
