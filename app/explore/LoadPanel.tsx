import { useEffect, useEffectEvent, useState } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { useStore } from 'zustand';
import type { ModelSource } from '../../src/protocol/messages.ts';
import { ProgressBar } from '../controls/ProgressBar.tsx';
import { useRecord, useSession } from '../state/hooks.ts';
import { defaultModelSize, hubModel, sourceName } from '../state/models.ts';
import { describeProgress, describeTimeLeft } from '../state/progress.ts';
import { isRecorded } from '../state/replay.ts';
import type { ModelState } from '../state/slices/model.ts';
import { rememberAgreement } from '../state/start.ts';
import { openFile } from '../takeaway/runs.ts';

/** What stands above the figure until a model answers: progress, an error, or where to get one. */
export function LoadPanel() {
  const session = useSession();
  const state = useStore(session.stores.model);
  const over = useFileDrop((file) => void openFile(session, file));
  const recorded = isRecorded(useRecord());
  const { status } = state;
  if (status === 'ready' && !recorded && !over) return null;
  return (
    <div className={over ? 'load load-over' : 'load'}>
      {over && <p>Drop a model (GGUF), a saved run or a neuron set (JSON).</p>}
      {recorded && <Recorded state={state} />}
      <ModelSources state={state} />
    </div>
  );
}

/** How far the model is, or where to get one; nothing once it is ready. */
export function ModelSources({ state }: { readonly state: ModelState }) {
  const { status } = state;
  return status === 'loading' || status === 'checking' ? (
    <Progress state={state} />
  ) : (
    <Sources state={state} />
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

function Progress({ state: { progress } }: { readonly state: ModelState }) {
  const cached = progress?.cached && progress.total !== undefined && ', from this browser’s cache';
  return (
    <ProgressBar
      label="Loading the model"
      share={progress?.share}
      numbers={
        <>
          {progress?.unit === 'bytes' && describeProgress(progress)}
          {progress?.secondsLeft !== undefined && `, ${describeTimeLeft(progress.secondsLeft)}`}
        </>
      }
    >
      {progress?.stage ?? 'Looking for the model'}
      {cached}
    </ProgressBar>
  );
}

function question({ status, error, model, source }: ModelState): string {
  if (status === 'failed') return error ?? '';
  if (status === 'recorded') {
    const live = source && sourceName(source);
    return `To answer again, load a model: this run is one of ${model?.name}, and the page has ${live}.`;
  }
  return status === 'asking'
    ? `To answer questions of your own, this page needs its language model, SmolLM2-135M-Instruct: ${defaultModelSize}, fetched once and kept by this browser. It runs on your machine; nothing you type leaves it.`
    : `The model is not beside this page. SmolLM2-135M-Instruct can be fetched from the Hugging Face Hub (${defaultModelSize}, kept by this browser), or open a GGUF file (Llama, Mistral, Qwen 2 and 3, Gemma 3) from your disk.`;
}

function Sources({ state }: { readonly state: ModelState }) {
  const session = useSession();
  const { status, source, offer } = state;
  if (status === 'ready') return null;
  const load = (wanted: ModelSource) => {
    if (wanted.kind === 'url') rememberAgreement();
    void session.load(wanted);
  };
  const again = status === 'failed' || status === 'recorded' ? source : undefined;
  const other = offer ?? hubModel;
  const otherName = other === hubModel ? 'Fetch from the Hub' : 'Load the model';
  return (
    <>
      <p role={status === 'failed' ? 'alert' : undefined}>{question(state)}</p>
      <div className="load-actions">
        {again && (
          <Button className="button button-main" onPress={() => load(again)}>
            {status === 'failed' ? 'Try again' : 'Load it again'}
          </Button>
        )}
        <Button className={again ? 'button' : 'button button-main'} onPress={() => load(other)}>
          {otherName} ({defaultModelSize})
        </Button>
        <FileTrigger
          acceptedFileTypes={['.gguf']}
          onSelect={(files) => {
            const file = files?.item(0);
            if (file) load({ kind: 'files', files: [{ path: file.name, file }] });
          }}
        >
          <Button className="button">Open a GGUF file…</Button>
        </FileTrigger>
        <span className="muted">or drop the file here</span>
      </div>
    </>
  );
}

/** Takes a file dropped anywhere on the page; tells whether one hovers over it. */
function useFileDrop(onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useEffectEvent(onFile);
  useEffect(() => {
    const isFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const hover = (event: DragEvent) => {
      if (!isFile(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!isFile(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files.item(0);
      if (file) take(file);
    };
    addEventListener('dragover', hover);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', hover);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return over;
}
