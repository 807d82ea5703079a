import { useEffect, useEffectEvent, useState } from 'react';
import { Button, FileTrigger, ProgressBar } from 'react-aria-components';
import { useStore } from 'zustand';
import { useSession } from '../state/hooks.ts';
import { defaultModelSize, hubModel } from '../state/models.ts';
import { describeProgress, describeTimeLeft } from '../state/progress.ts';

/** What stands in the figure until a model is there: progress, an error, or where to get one. */
export function LoadPanel() {
  const session = useSession();
  const { status, progress, secondsLeft, error, source } = useStore(session.stores.model);
  const over = useFileDrop((file) => void session.load({ kind: 'file', file }));
  if (status === 'ready') return null;

  if (status === 'loading' || status === 'checking') {
    const share = progress?.total ? Math.min(100, (100 * progress.done) / progress.total) : undefined;
    return (
      <div className="load">
        <ProgressBar aria-label="Loading the model" value={share} isIndeterminate={share === undefined}>
          <p className="load-line">
            <span>{progress?.stage ?? 'Looking for the model'}</span>
            <span className="load-numbers">
              {progress && describeProgress(progress)}
              {secondsLeft !== undefined && `, ${describeTimeLeft(secondsLeft)}`}
            </span>
          </p>
          <div className="load-track">
            <div
              className={share === undefined ? 'load-fill load-fill-unknown' : 'load-fill'}
              style={{ width: `${share ?? 20}%` }}
            />
          </div>
        </ProgressBar>
      </div>
    );
  }

  return (
    <div className={over ? 'load load-over' : 'load'}>
      {status === 'failed' ? (
        <p role="alert">{error}</p>
      ) : (
        <p>
          The model is not beside this page. SmolLM2-135M-Instruct can be fetched from the Hugging Face Hub (
          {defaultModelSize}, kept by this browser), or open any GGUF file of the llama family from your disk.
        </p>
      )}
      <div className="load-actions">
        {status === 'failed' && source && (
          <Button className="button button-main" onPress={() => void session.load(source)}>
            Try again
          </Button>
        )}
        <Button className="button" onPress={() => void session.load(hubModel)}>
          Fetch from the Hub ({defaultModelSize})
        </Button>
        <FileTrigger
          acceptedFileTypes={['.gguf']}
          onSelect={(files) => {
            const file = files?.item(0);
            if (file) void session.load({ kind: 'file', file });
          }}
        >
          <Button className="button">Open a GGUF file…</Button>
        </FileTrigger>
        <span className="muted">or drop the file here</span>
      </div>
    </div>
  );
}

/** Takes a file dropped anywhere on the page; tells whether one hovers over it. */
function useFileDrop(onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useEffectEvent(onFile);
  useEffect(() => {
    const hover = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
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
