import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { DeviceChoice } from '../../src/protocol/messages.ts';
import { useSession } from '../state/hooks.ts';
import type { CatalogueModel, CataloguePrecision } from './catalogue.ts';
import { aboutExportBytes } from './catalogue.ts';

/** What a model would run on here, as far as the page can tell before it is loaded. */
export interface DeviceFacts {
  readonly kind: 'wasm' | 'webgpu';
  /** Whether the graphics card computes in 16 bits. */
  readonly float16: boolean;
}

const wasm: DeviceFacts = { kind: 'wasm', float16: false };

async function askDevice(choice: DeviceChoice): Promise<DeviceFacts> {
  if (choice === 'wasm') return wasm;
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter || (choice === 'auto' && adapter.info.isFallbackAdapter)) return wasm;
  return { kind: 'webgpu', float16: adapter.features.has('shader-f16') };
}

/** The device of the page's choice; WebAssembly until it is known. */
export function useDeviceFacts(): DeviceFacts {
  const choice = useStore(useSession().stores.model, ({ device }) => device);
  const [facts, setFacts] = useState(wasm);
  useEffect(() => {
    let wanted = true;
    askDevice(choice).then(
      (found) => wanted && setFacts(found),
      () => wanted && setFacts(wasm),
    );
    return () => {
      wanted = false;
    };
  }, [choice]);
  return facts;
}

/** The precision that suits a device: 4 bits on a graphics card, 8 bits on the CPU, where weights are unpacked anyway. */
export function precisionOn({ kind, float16 }: DeviceFacts): CataloguePrecision {
  if (kind === 'wasm') return 'q8';
  return float16 ? 'q4f16' : 'q4';
}

/** Above this, weights stay packed on the CPU, too. */
const largestUnpacked = 2.5e9;
/** Of the page, ONNX Runtime, answers and their activations. */
const besideWeights = 0.4e9;

/**
 * About how much memory a model takes: on a graphics card its weights as they are stored; on the CPU 4 bytes a parameter where
 * that is less than 2.5 GB, else as they are stored; and 0.4 GB for everything else.
 */
export function aboutMemory(model: CatalogueModel, device: DeviceFacts): number {
  const stored = aboutExportBytes(model, precisionOn(device));
  const unpacked = 4 * model.parameters;
  const weights = device.kind === 'wasm' && unpacked <= largestUnpacked ? unpacked : stored;
  return weights + besideWeights;
}
