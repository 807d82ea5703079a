import type { ModelSource } from '../../src/model/source.ts';
import type { Session } from '../explore/state/session.ts';
import { openFile } from '../export/runs.ts';
import { describeError } from '../ui/describe-error.ts';
import { droppedFiles, type PathFile } from './dropped.ts';

type FilesSource = Extract<ModelSource, { kind: 'files' }>;

/** The files as a model to load: GGUF, or a graph with what lies beside it; undefined where there is neither. */
export function modelIn(files: readonly PathFile[]): FilesSource | undefined {
  const named = (ending: RegExp) => files.filter(({ path }) => ending.test(path));
  const gguf = named(/\.gguf$/i);
  if (gguf.length > 0) return { kind: 'files', files: gguf };
  return named(/\.onnx$/i).length > 0 ? { kind: 'files', files } : undefined;
}

/** Opens what a person gave the page: a model, a saved run or a neuron set; what it is none of is said. */
export async function openFiles(session: Session, files: readonly PathFile[]): Promise<void> {
  const { notice } = session.stores;
  const model = modelIn(files);
  if (model) {
    notice.setState({ text: undefined });
    await session.load(model);
  } else if (files.length === 1) await openFile(session, files[0]!.file);
  else
    notice.setState({
      text: `There is no model among ${files.length === 1 ? 'this file' : `these ${files.length} files`}; choose a .gguf file, or a folder with an .onnx file, config.json and tokenizer.json.`,
    });
}

/** Opens what was dropped on the page. Call it while the event is handled. */
export async function openDropped(session: Session, data: DataTransfer): Promise<void> {
  try {
    await openFiles(session, await droppedFiles(data));
  } catch (error) {
    session.stores.notice.setState({ text: describeError(error) });
  }
}
