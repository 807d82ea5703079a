import { isQuotaError } from '../lib/bytes/storage.ts';
import { yieldToEvents } from '../lib/bytes/yield.ts';
import { EngineError } from '../lib/errors.ts';
import { hubMaterial } from '../model/hub-material.ts';
import { localMaterial } from '../model/local-files.ts';
import { type ModelMaterial, urlMaterial } from '../model/material.ts';
import type { OpenOptions } from '../model/open-gguf.ts';
import {
  type ChosenRuntime,
  chooseRuntime,
  chooseWasm,
  type DeviceChoice,
  type RuntimeMakers,
} from '../model/runtime/choose.ts';
import { deviceFacts } from '../model/runtime/device-facts.ts';
import { isOutOfMemory } from '../model/runtime/ort-session.ts';
import type { Runtime } from '../model/runtime/types.ts';
import type { ModelSource } from '../model/source.ts';
import { survey } from '../model/survey.ts';
import type { LanguageModel } from '../model/types.ts';
import { type Model, modelOf } from './model.ts';
import { checkedMeanCett } from './self-test.ts';

/** Gives what a browser throws for lack of memory or room a sentence. */
function named(thrown: unknown): unknown {
  if (thrown instanceof EngineError) return thrown;
  if (
    isOutOfMemory(thrown) ||
    (thrown instanceof RangeError && /invalid (typed )?array length/i.test(thrown.message))
  )
    return new EngineError(
      'out-of-memory',
      'The model does not fit into the memory that the browser gives this page; close other tabs, or choose a smaller model or precision.',
      { cause: thrown },
    );
  if (isQuotaError(thrown))
    return new EngineError(
      'storage-full',
      'The browser has no more room for this page; delete a kept model, or free some space on the disk.',
      { cause: thrown },
    );
  return thrown;
}

interface Checked {
  readonly language: LanguageModel;
  readonly meanCett: Float32Array;
}

/** Opens a model on a runtime and checks what it computes; releases everything where that fails. */
async function openChecked(
  material: ModelMaterial,
  runtime: Runtime,
  options: OpenOptions,
): Promise<Checked> {
  let model: LanguageModel | undefined;
  try {
    model = await material.open(runtime, options);
    options.onProgress?.({ stage: 'Testing the device', done: 0, unit: 'items' });
    const meanCett = await checkedMeanCett(model);
    await yieldToEvents();
    options.signal?.throwIfAborted();
    return { language: model, meanCett };
  } catch (error) {
    // A session whose device is gone cannot be released.
    await model?.session.release().catch(() => undefined);
    runtime.release();
    throw named(error);
  }
}

const messageOf = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');

async function openAnywhere(
  material: ModelMaterial,
  choice: DeviceChoice,
  makers: RuntimeMakers,
  options: OpenOptions,
) {
  const open = async ({ runtime, why }: ChosenRuntime) => ({
    ...(await openChecked(material, runtime, options)),
    why,
  });
  const chosen = await chooseRuntime(choice, makers);
  if (chosen.runtime.kind === 'wasm') return open(chosen);
  try {
    return await open(chosen);
  } catch (error) {
    if (options.signal?.aborted || isOfTheFile(error)) throw error;
    return open(await chooseWasm(makers, `WebGPU was tried and left (${messageOf(error)})`));
  }
}

/** Whether another device would refuse the model for the same reason. */
const isOfTheFile = (error: unknown) =>
  error instanceof EngineError && (error.code === 'bad-input' || error.code === 'unsupported-model');

async function gather(
  source: ModelSource,
  device: DeviceChoice,
  makers: RuntimeMakers,
  options: OpenOptions,
): Promise<ModelMaterial> {
  if (source.kind === 'url') return urlMaterial(source, options);
  const facts = () => deviceFacts(device, makers);
  if (source.kind === 'files') return localMaterial(source.files, facts);
  const { repository, chosen } = await survey(source, await facts(), options.signal);
  return hubMaterial(repository, chosen, options);
}

/**
 * Loads a model from where the page says. Files from the cache that turn out to be damaged are fetched once more.
 * @throws EngineError
 */
export async function loadModel(
  input: { readonly source: ModelSource; readonly device: DeviceChoice },
  makers: RuntimeMakers,
  options: OpenOptions,
  isSecond = false,
): Promise<Model> {
  const { source, device } = input;
  const material = await gather(source, device, makers, options);
  const { fromCache, notice } = material;
  try {
    const { language, ...opened } = await openAnywhere(material, device, makers, options);
    const notices = [notice, language.notice].filter((each) => each !== undefined);
    return modelOf(language, {
      ...opened,
      fromCache,
      notice: notices.length > 0 ? notices.join(' ') : undefined,
    });
  } catch (error) {
    const damaged =
      error instanceof EngineError && ['load-failed', 'unsupported-model', 'bad-input'].includes(error.code);
    if (!damaged || isSecond || !(await material.forgetDamaged())) throw error;
    return loadModel(input, makers, options, true);
  }
}
