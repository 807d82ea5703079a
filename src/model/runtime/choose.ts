import type { Runtime } from './types.ts';

/** What the page asked for; `auto` takes WebGPU on a graphics card, else WebAssembly. */
export type DeviceChoice = 'auto' | 'wasm' | 'webgpu';

export interface ChosenRuntime {
  readonly runtime: Runtime;
  /** A sentence that says why this device runs. */
  readonly why: string;
}

/** Makes the runtimes of a browser; the builds are fetched when first wanted. */
export interface RuntimeMakers {
  wasm(): Promise<Runtime>;
  webgpu(): Promise<Runtime>;
  /** Why WebGPU is not to be tried unasked; undefined where a graphics card is there. */
  webgpuObstacle(): Promise<string | undefined>;
}

function wasmWhy(runtime: Runtime, because: string): string {
  const threads = runtime.threads === 1 ? 'one thread' : `${runtime.threads} threads`;
  return `WebAssembly with ${threads}: ${because}.`;
}

/** WebAssembly, with the reason given. */
export async function chooseWasm(makers: RuntimeMakers, because: string): Promise<ChosenRuntime> {
  const runtime = await makers.wasm();
  return { runtime, why: wasmWhy(runtime, because) };
}

/** Picks a device for the choice; where WebGPU cannot be had, WebAssembly runs and the reason says so. */
export async function chooseRuntime(choice: DeviceChoice, makers: RuntimeMakers): Promise<ChosenRuntime> {
  if (choice === 'wasm') return chooseWasm(makers, 'chosen by hand');
  const obstacle = await makers.webgpuObstacle();
  if (choice === 'auto' && obstacle) return chooseWasm(makers, obstacle);
  try {
    const runtime = await makers.webgpu();
    return {
      runtime,
      why: choice === 'auto' ? 'WebGPU: a graphics card is there.' : 'WebGPU: chosen by hand.',
    };
  } catch (error) {
    return chooseWasm(
      makers,
      `WebGPU could not be started (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}
