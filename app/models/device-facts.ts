import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { type DeviceFacts, deviceFacts, webgpuObstacle } from '../../src/model/runtime/device-facts.ts';
import { useSession } from '../explore/state/hooks.ts';

const unknown: DeviceFacts = { kind: 'wasm', float16: true };

/** What a model would run on here, by the page's choice; WebAssembly until it is known. */
export function useDeviceFacts(): DeviceFacts {
  const choice = useStore(useSession().stores.model, ({ device }) => device);
  const [facts, setFacts] = useState(unknown);
  useEffect(() => {
    let wanted = true;
    deviceFacts(choice, { webgpuObstacle }).then(
      (found) => wanted && setFacts(found),
      () => wanted && setFacts(unknown),
    );
    return () => {
      wanted = false;
    };
  }, [choice]);
  return facts;
}
