import { useStore } from 'zustand';
import { isRecorded } from '../link/replay.ts';
import { ModelSources } from '../models/ModelSources.tsx';
import { openDropped } from '../models/open-files.ts';
import { useFileDrop } from '../models/useFileDrop.ts';
import { useRecord, useSession } from './state/hooks.ts';
import type { ModelState } from './state/slices/model.ts';

/** What stands above the figure until a model answers: progress, an error, or where to get one. */
export function LoadPanel() {
  const session = useSession();
  const state = useStore(session.stores.model);
  const over = useFileDrop((data) => void openDropped(session, data));
  const recorded = isRecorded(useRecord());
  const running = useStore(session.stores.run, (run) => run.status === 'running');
  const { status, error, linked } = state;
  const quiet = error === undefined && !linked && !over;
  const waits = quiet && (status === 'checking' || status === 'loading' || (status === 'ready' && running));
  if (status === 'ready' && !recorded && quiet) return <div className="load load-done" />;
  return (
    <div className={`load ${over ? 'load-over' : ''} ${waits ? 'load-waits' : ''}`}>
      {over && <p>Drop a model (GGUF or ONNX, files or a folder), a saved run or a neuron set.</p>}
      {recorded && <Recorded state={state} />}
      <ModelSources state={state} />
    </div>
  );
}

function Recorded({ state: { status, model } }: { readonly state: ModelState }) {
  const next =
    status === 'ready' ? 'press Run to answer it here' : 'yours are answered as soon as the model is ready';
  return (
    <p className="recorded">
      <strong className="recorded-mark">Recorded</strong> This run was recorded with {model?.name}; {next}.
    </p>
  );
}
