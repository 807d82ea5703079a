import { shownName } from '../../src/lib/shown.ts';
import { formatNeuron } from '../../src/neurons/layout.ts';
import { formatRun, parseRun } from '../../src/saved/run-file.ts';
import type { Session } from '../explore/state/session.ts';
import { noteOnSet, readSetFile } from '../explore/state/sets.ts';
import { firstPrompt } from '../explore/state/slices/prompt.ts';
import { recordRun } from '../link/replay.ts';
import { readInWorker } from '../studies/read-file.ts';
import { describeError } from '../ui/describe-error.ts';
import { fileName, offerFile } from './download.ts';

/** Facts are kept of the watched neurons as far as there are no more than these. */
const mostFacts = 50;

/** Hands the run that the page shows to the person as a file; tells why not where there is none. */
export async function saveRun({ stores, record, neuronFacts }: Session): Promise<void> {
  const now = new Date();
  const watched = record.shape.watched.slice(0, mostFacts);
  const facts = await Promise.allSettled(watched.map(neuronFacts));
  const neurons = Object.fromEntries(
    facts.flatMap((fact, i) =>
      fact.status === 'fulfilled' ? [[formatNeuron(watched[i]!), fact.value]] : [],
    ),
  );
  const run = recordRun(stores, record, now, neurons);
  if (!run) {
    stores.notice.setState({ text: 'There is no complete answer to save yet; run one first.' });
    return;
  }
  const name = `${fileName('run', stores.prompt.getState().question, now.toISOString().slice(0, 10))}.json`;
  offerFile(name, new Blob([await formatRun(run)], { type: 'application/json' }));
}

/** Shows the run that comes with the page, unless the model was faster; where it cannot be had, the page just waits. */
export async function showFirstRun(session: Session): Promise<void> {
  const text = await fetch(new URL('./runs/telephone.json', document.baseURI)).then(
    (response) => (response.ok ? response.text() : undefined),
    () => undefined,
  );
  if (text === undefined) return;
  const run = await parseRun(text);
  const { model } = session.stores;
  const untouched = session.stores.prompt.getState() === firstPrompt;
  if (untouched && model.getState().status !== 'ready') session.showRun(run);
}

const SET_ENDING = /\.(csv|tsv|txt|npy|npz|pkl|pickle|joblib)$/i;

/** A sentence on a file that is nothing the page opens; undefined where it may be a run or a set. */
function strangeFile(name: string, start: string): string | undefined {
  if (/\.(safetensors|bin|pth?|ckpt|h5)$/i.test(name))
    return `${name} holds weights for Python; choose a GGUF file, or the folder of an ONNX export of the model.`;
  if (SET_ENDING.test(name) || /\.json$/i.test(name) || /^\uFEFF?\s*[{[]/.test(start)) return undefined;
  return `This page cannot open ${name}. It opens models (a .gguf file, or a folder with an .onnx file), saved runs (.json) and neuron sets (.json, .csv, .npy, .npz).`;
}

/** Whether a file's name or, for JSON, its beginning says that it holds neurons and no run. */
function isSetFile(name: string, start: string): boolean {
  if (SET_ENDING.test(name)) return true;
  const format = /"format"\s*:\s*"([\w-]*)"/.exec(start)?.[1];
  if (format !== undefined) return format === 'h-neuron-set';
  return /^\s*\[/.test(start) || /"(\w*neurons?|neuron_indices|by_layer|neurons_by_layer)"\s*:/i.test(start);
}

async function openSet(session: Session, file: File, signal: AbortSignal): Promise<string> {
  const { model } = session.stores.model.getState();
  if (!model) return 'The model is not ready yet; add neurons when it is.';
  const set = await readSetFile(file, model, { signal });
  signal.throwIfAborted();
  const note = noteOnSet(set, model);
  return (
    session.addSet(set) ?? `The neuron set in ${file.name} was added.${note === undefined ? '' : ` ${note}`}`
  );
}

async function openRun(session: Session, file: File, signal: AbortSignal): Promise<string> {
  const run = await readInWorker('savedRun', { file }, { signal });
  signal.throwIfAborted();
  session.showRun(run);
  return `${file.name} is shown as it was recorded.`;
}

/** Reads a saved run or a neuron set and tells what came of it; what is shown stays where it is refused or stopped. */
async function openText(session: Session, file: File): Promise<void> {
  const { notice } = session.stores;
  notice.getState().reading?.stop();
  const own = new AbortController();
  const name = shownName(file.name);
  const reading = { name, stop: () => own.abort() };
  notice.setState({ text: undefined, reading });
  let text: string;
  try {
    const start = await file.slice(0, 2000).text();
    const open = isSetFile(file.name, start) ? openSet : openRun;
    text = strangeFile(name, start) ?? (await open(session, file, own.signal));
  } catch (error) {
    const hint = /\.txt$/i.test(file.name)
      ? ' A text is opened as a list of neurons; a model is a .gguf file, or a folder.'
      : '';
    text = own.signal.aborted
      ? `${name} was not opened, since its reading was stopped.`
      : `${describeError(error)}${hint}`;
  }
  if (notice.getState().reading === reading) notice.setState({ text, reading: undefined });
}

/** Opens a file that was chosen or dropped: a model, a saved run or a neuron set. */
export async function openFile(session: Session, file: File): Promise<void> {
  if (/\.gguf$/i.test(file.name)) await session.load({ kind: 'files', files: [{ path: file.name, file }] });
  else await openText(session, file);
}
