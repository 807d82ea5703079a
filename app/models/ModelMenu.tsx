import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useStore } from 'zustand';
import type { LoadedModel } from '../../src/engine/model-info.ts';
import { counted } from '../../src/lib/count.ts';
import type { DeviceChoice } from '../../src/model/runtime/choose.ts';
import { useSession } from '../explore/state/hooks.ts';
import type { ModelState } from '../explore/state/slices/model.ts';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { Choice } from '../ui/Choice.tsx';
import { ModelDialog } from './ModelDialog.tsx';
import { sourceOrigin } from './state/models.ts';

const devices: readonly { value: DeviceChoice; label: string }[] = [
  { value: 'auto', label: 'Auto' },
  { value: 'wasm', label: 'WASM' },
  { value: 'webgpu', label: 'WebGPU' },
];

const deviceNames = { wasm: 'WASM', webgpu: 'WebGPU', native: 'native' } as const;

function deviceText({ device, precision }: LoadedModel): string {
  const threads = device.kind === 'wasm' ? `, ${counted(device.threads, 'thread')}` : '';
  return `${deviceNames[device.kind]}${threads}, ${precision}`;
}

function statusText({ status, model, progress }: ModelState): string {
  switch (status) {
    case 'ready':
      return model ? `${model.name}, ready on ${deviceText(model)}` : 'Ready';
    case 'loading':
      return progress?.stage ?? 'Loading the model';
    case 'checking':
      return 'Looking for the model';
    case 'recorded':
      return `Recorded with ${model?.name}`;
    case 'failed':
      return 'The model could not be loaded';
    case 'lost':
      return `${model?.name ?? 'The model'} was lost`;
    case 'shared':
      return 'Another tab holds a model';
    default:
      return 'No model yet';
  }
}

/** The model's name and device, and behind it the choice of both. */
export function ModelMenu() {
  const session = useSession();
  const state = useStore(session.stores.model);
  return (
    <div className="model">
      <p role="status" aria-label="Model" className="model-status" data-status={state.status}>
        {statusText(state)}
      </p>
      <DialogTrigger>
        <Button className="button-plain">Model and device</Button>
        <Popover className="popover" placement="bottom end">
          <Dialog className="dialog" aria-label="Model and device">
            {({ close }) => (
              <>
                <Button
                  className="button button-main"
                  onPress={() => {
                    close();
                    session.stores.chooser.setState({ open: true });
                  }}
                >
                  Choose a model…
                </Button>
                <Choice
                  label="Device"
                  value={state.device}
                  options={devices}
                  onChange={(device) => session.chooseDevice(device)}
                />
                {state.model && state.status === 'ready' && (
                  <Facts model={state.model} origin={state.last && sourceOrigin(state.last.source)} />
                )}
              </>
            )}
          </Dialog>
        </Popover>
      </DialogTrigger>
      <ErrorBoundary what="the choice of models">
        <ModelDialog />
      </ErrorBoundary>
    </div>
  );
}

function Facts({ model, origin }: { readonly model: LoadedModel; readonly origin: string | undefined }) {
  return (
    <dl className="facts">
      <dt>Model</dt>
      <dd>
        <bdi>{model.name}</bdi>,{' '}
        {model.hasChatTemplate ? 'a chat model' : 'a base model without a chat template'}
      </dd>
      <dt>Runs on</dt>
      <dd>{deviceText(model)}</dd>
      <dt>Why</dt>
      <dd>{model.device.why}</dd>
      <dt>Architecture</dt>
      <dd>
        {model.architecture}, {counted(model.layout.widths.length, 'layer')},{' '}
        {model.layout.total.toLocaleString('en')} MLP neurons
      </dd>
      <dt>Context</dt>
      <dd>{model.contextLength.toLocaleString('en')} tokens</dd>
      <dt>From</dt>
      <dd>
        {origin && (
          <>
            <bdi>{origin}</bdi>,{' '}
          </>
        )}
        {model.fromCache ? 'from this browser’s cache' : 'fetched now'}
      </dd>
      {model.notice !== undefined && (
        <>
          <dt>Note</dt>
          <dd>{model.notice}</dd>
        </>
      )}
    </dl>
  );
}
