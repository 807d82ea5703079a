import type { ByteSource } from '../bytes/source.ts';
import { blobSource } from '../bytes/source.ts';
import { yieldToEvents } from '../bytes/yield.ts';
import { type GraphIo, graphIo } from '../decode/graph-io.ts';
import { EngineError } from '../errors.ts';
import { download, forget } from '../model/download.ts';
import { type OpenOptions, openGguf } from '../model/open-gguf.ts';
import type { LanguageModel } from '../model/types.ts';
import type { ModelSource } from '../protocol/messages.ts';
import {
  type ChosenRuntime,
  chooseRuntime,
  chooseWasm,
  type DeviceChoice,
  type RuntimeMakers,
} from '../runtime/choose.ts';
import type { Runtime } from '../runtime/types.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { selfTest } from './self-test.ts';

/** A model that passed its self-test. */
export interface OpenedModel {
  readonly model: LanguageModel;
  readonly io: GraphIo;
  readonly calibration: Calibration;
  readonly why: string;
  readonly fromCache: boolean;
}

/** Opens a model on a runtime and checks what it computes; releases everything where that fails. */
export async function openChecked(
  source: ByteSource | readonly ByteSource[],
  runtime: Runtime,
  options: OpenOptions,
): Promise<Omit<OpenedModel, 'why' | 'fromCache'>> {
  let model: LanguageModel | undefined;
  try {
    model = await openGguf(source, runtime, options);
    const io = graphIo(model);
    options.onProgress?.({ stage: 'Testing the device', done: 0, unit: 'items' });
    const calibration = await calibrate(model, io);
    await yieldToEvents();
    options.signal?.throwIfAborted();
    const difference = selfTest(model, calibration.logits);
    if (difference) throw new EngineError('load-failed', `The self-test failed: ${difference}.`);
    return { model, io, calibration };
  } catch (error) {
    await model?.session.release();
    runtime.release();
    throw error;
  }
}

async function openAnywhere(
  source: ByteSource | readonly ByteSource[],
  choice: DeviceChoice,
  makers: RuntimeMakers,
  options: OpenOptions,
) {
  const open = async ({ runtime, why }: ChosenRuntime) => ({
    ...(await openChecked(source, runtime, options)),
    why,
  });
  const chosen = await chooseRuntime(choice, makers);
  if (chosen.runtime.kind === 'wasm') return open(chosen);
  try {
    return await open(chosen);
  } catch (error) {
    if (options.signal?.aborted || (error instanceof EngineError && error.code === 'unsupported-model'))
      throw error;
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    return open(await chooseWasm(makers, `WebGPU was tried and left (${reason})`));
  }
}

/**
 * Loads a model from where the page says. A file from the cache that turns out to be damaged is fetched once more.
 * @throws EngineError
 */
export async function loadModel(
  input: { readonly source: ModelSource; readonly device: DeviceChoice },
  makers: RuntimeMakers,
  options: OpenOptions,
): Promise<OpenedModel> {
  const { source, device } = input;
  if (source.kind === 'files') {
    const parts = source.files.map(({ path, file }) => blobSource(file, path));
    return { ...(await openAnywhere(parts, device, makers, options)), fromCache: false };
  }
  if (source.kind === 'hub')
    throw new EngineError('bad-input', 'Models of the Hub cannot be loaded yet; open a file from disk.');
  const { blob, fromCache } = await download(source.url, options);
  try {
    return { ...(await openAnywhere(blobSource(blob, source.name), device, makers, options)), fromCache };
  } catch (error) {
    const damaged =
      error instanceof EngineError && (error.code === 'load-failed' || error.code === 'unsupported-model');
    if (damaged) await forget(source.url);
    if (!damaged || !fromCache) throw error;
    return loadModel(input, makers, options);
  }
}
