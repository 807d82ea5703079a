import { openOnnx } from '../../src/model/open-onnx.ts';
import type { Runtime } from '../../src/model/runtime/types.ts';
import { webgpuRuntime } from '../../src/model/runtime/webgpu.ts';
import type { ScaledNeuron } from '../../src/neurons/types.ts';
import { wasmPaths } from '../../workers/wasm-files.ts';
import { greedyAnswers, readLast, threeSteerings } from '../support/readings.ts';

/** What an export does in the engine; arrays of numbers, which a test can fetch. */
export interface ExportReading {
  readonly logits: readonly number[];
  readonly steered: readonly number[];
  readonly z: readonly number[];
  readonly cett: readonly number[];
  readonly outNorms: readonly number[];
  readonly answers: readonly (readonly (readonly number[])[])[];
}

declare global {
  interface Window {
    /** Opens the export whose files lie at `export/` and reads a prompt. */
    readExport?(
      paths: readonly string[],
      ids: readonly number[],
      scale: readonly ScaledNeuron[],
    ): Promise<ExportReading>;
  }
}

let runtime: Runtime | undefined;

window.readExport = async (paths, ids, scale) => {
  runtime ??= await webgpuRuntime(wasmPaths.webgpu);
  const model = await openOnnx(
    {
      name: 'export',
      list: () => paths,
      read: async (path) => new Uint8Array(await (await fetch(`/export/${path}`)).arrayBuffer()),
    },
    runtime,
  );
  const opened = { model, io: model.io };
  const plain = await readLast(opened, ids);
  const steered = await readLast(opened, ids, scale);
  const { logits: answers } = await greedyAnswers(opened, ids, threeSteerings(scale));
  await model.session.release();
  return {
    logits: [...plain.logits],
    steered: [...steered.logits],
    z: [...plain.z],
    cett: [...plain.cett],
    outNorms: [...plain.outNorms],
    answers: answers.map((lane) => lane.map((logits) => [...logits])),
  };
};
