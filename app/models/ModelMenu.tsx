import { Button, Dialog, DialogTrigger, FileTrigger, Popover } from 'react-aria-components';
import { useStore } from 'zustand';
import type { DeviceChoice, LoadedModel } from '../src/protocol/messages.ts';
import { Choice } from './controls/Choice.tsx';
import { useSession } from './state/hooks.ts';
import type { ModelState } from './state/slices/model.ts';

const devices: readonly { value: DeviceChoice; label: string }[] = [
  { value: 'auto', label: 'Auto' },
  { value: 'wasm', label: 'WASM' },
  { value: 'webgpu', label: 'WebGPU' },
];

const deviceNames = { wasm: 'WASM', webgpu: 'WebGPU', native: 'native' } as const;

function deviceText({ device, precision }: LoadedModel): string {
  const threads =
    device.kind === 'wasm' ? `, ${device.threads} thread${device.threads === 1 ? '' : 's'}` : '';
  return `${deviceNames[device.kind]}${threads}, ${precision}`;
}

function statusText({ status, model, progress }: ModelState): string {
  if (status === 'ready' && model) return `${model.name}, ready on ${deviceText(model)}`;
  if (status === 'loading') return progress?.stage ?? 'Loading the model';
  if (status === 'checking') return 'Looking for the model';
  if (status === 'recorded') return `Recorded with ${model?.name}`;
  return status === 'failed' ? 'The model could not be loaded' : 'No model yet';
}

/** The model's name and device, and behind it the choice of both. */
export function ModelMenu() {
  const session = useSession();
  const state = useStore(session.stores.model);
  const { model } = state;
  return (
    <div className="model">
      <p role="status" aria-label="Model" className="model-status" data-status={state.status}>
        {statusText(state)}
      </p>
      <DialogTrigger>
        <Button className="button-plain">Model and device</Button>
        <Popover className="popover" placement="bottom end">
          <Dialog className="dialog" aria-label="Model and device">
            <Choice
              label="Device"
              value={state.device}
              options={devices}
              onChange={(device) => session.chooseDevice(device)}
            />
            {model && state.status === 'ready' && (
              <dl className="facts">
                <dt>Runs on</dt>
                <dd>{deviceText(model)}</dd>
                <dt>Why</dt>
                <dd>{model.device.why}</dd>
                <dt>Architecture</dt>
                <dd>
                  {model.architecture}, {model.layout.widths.length} layers,{' '}
                  {model.layout.total.toLocaleString('en')} MLP neurons
                </dd>
                <dt>Context</dt>
                <dd>{model.contextLength.toLocaleString('en')} tokens</dd>
                <dt>File</dt>
                <dd>{model.fromCache ? 'from this browser’s cache' : 'fetched now'}</dd>
              </dl>
            )}
            <FileTrigger
              acceptedFileTypes={['.gguf']}
              onSelect={(files) => {
                const file = files?.item(0);
                if (file) void session.load({ kind: 'files', files: [{ path: file.name, file }] });
              }}
            >
              <Button className="button">Open a GGUF file…</Button>
            </FileTrigger>
          </Dialog>
        </Popover>
      </DialogTrigger>
    </div>
  );
}
