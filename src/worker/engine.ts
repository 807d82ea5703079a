import { answer, reread } from '../engine/answer.ts';
import { doses } from '../engine/dose.ts';
import type { Model } from '../engine/model.ts';
import type { LoadedModel } from '../engine/model-info.ts';
import { neuronFacts } from '../engine/neuron-facts.ts';
import { loadModel } from '../engine/open-model.ts';
import { EngineError } from '../lib/errors.ts';
import { forgetModel, keptModels } from '../model/kept.ts';
import type { RuntimeMakers } from '../model/runtime/choose.ts';
import { deviceFacts } from '../model/runtime/device-facts.ts';
import { survey } from '../model/survey.ts';
import { mostActive } from '../neurons/active.ts';
import { randomControl } from '../neurons/controls.ts';
import { identify } from '../studies/identify/handler.ts';
import { impact } from '../studies/impact/handler.ts';
import { type DeviceWatch, watchDevice } from './device-watch.ts';
import type { Handlers } from './serve-engine.ts';

const STARTING_SET = 5;

function summary(model: Model): LoadedModel {
  return {
    name: model.name,
    architecture: model.architecture,
    fingerprint: model.fingerprint,
    identity: model.identity,
    signature: model.signature,
    layout: model.layout,
    contextLength: model.contextLength,
    hasChatTemplate: model.chatTemplate !== undefined,
    device: { kind: model.runtime.kind, threads: model.runtime.threads, why: model.why },
    precision: model.precision,
    fromCache: model.fromCache,
    notice: model.notice,
    meanCett: model.meanCett,
    mostActive: mostActive(model.meanCett, model.layout, STARTING_SET),
  };
}

/** The engine behind the protocol: holds one model at a time. */
export function createEngine(makers: RuntimeMakers): Handlers {
  let loaded: Model | undefined;
  let device: DeviceWatch = watchDevice(new Promise(() => {}));

  const current = () => {
    if (!loaded) throw new EngineError('no-model', 'No model is loaded; choose one first.');
    return loaded;
  };
  const release = async () => {
    const old = loaded;
    loaded = undefined;
    await old?.close();
  };

  return {
    async load(input, context) {
      await release();
      loaded = await loadModel(input, makers, { onProgress: context.emit, signal: context.signal });
      device = watchDevice(loaded.runtime.lost);
      return summary(loaded);
    },
    async survey({ source, device: choice }, { signal }) {
      return (await survey(source, await deviceFacts(choice, makers), signal)).survey;
    },
    kept: keptModels,
    async forget({ key }) {
      await forgetModel(key);
      return {};
    },
    generate: (input, context) => device.run(() => answer(current(), input, context)),
    reread: (input, { signal }) => device.run(() => reread(current(), input, signal)),
    async detail({ run, lane, position, start, end }) {
      return { cett: current().activations.get(run, lane, position, start, end) };
    },
    async control({ members, seed }) {
      const { layout, meanCett } = current();
      return {
        members: randomControl({ layout, members, meanCett, seed }),
      };
    },
    dose: (input, context) => device.run(() => doses(current(), input, context)),
    identify: (input, context) => device.run(() => identify(current(), input, context)),
    impact: (input, context) => device.run(() => impact(current(), input, context)),
    neuron: (ref) => neuronFacts(current(), ref),
    async free() {
      await release();
      return {};
    },
  };
}
