import { Button, FileTrigger } from 'react-aria-components';
import { useSession } from '../explore/state/hooks.ts';
import { pickedFiles } from './dropped.ts';
import { openFiles } from './open-files.ts';

/** A model from the person's own disk. */
export function DiskPart() {
  const session = useSession();
  function open(list: FileList | null) {
    if (!list || list.length === 0) return;
    session.stores.chooser.setState({ open: false });
    void openFiles(session, pickedFiles(list));
  }
  return (
    <div className="disk">
      <div className="disk-drop">
        <p>Drop a model anywhere on this page: a file, several files, or a folder.</p>
        <div className="disk-actions">
          <FileTrigger allowsMultiple onSelect={open}>
            <Button className="button">Choose files…</Button>
          </FileTrigger>
          <FileTrigger acceptDirectory onSelect={open}>
            <Button className="button">Choose a folder…</Button>
          </FileTrigger>
        </div>
      </div>
      <dl className="disk-kinds">
        <dt>GGUF</dt>
        <dd>
          One file, or all parts of a split one (<code>…-00001-of-00003.gguf</code>): Llama, Mistral, Qwen 2
          and 3, Gemma 3.
        </dd>
        <dt>ONNX</dt>
        <dd>
          A folder, or its files: <code>config.json</code>, <code>tokenizer.json</code>, a graph (
          <code>model.onnx</code>) and its data files (<code>model.onnx_data</code>), as Optimum,
          transformers.js and onnxruntime-genai export them.
        </dd>
      </dl>
      <p className="muted">The files stay on this machine: the page reads them, and sends them nowhere.</p>
    </div>
  );
}
