import { useStore } from 'zustand';
import { useSession } from '../explore/state/hooks.ts';
import { estimateText, estimateTime, type TimedWork } from '../studies/estimate.ts';

/** Estimates the time for a number of units of work with the loaded model; empty where none is known. */
export function useEstimate(work: TimedWork, units: number): string {
  const { stores } = useSession();
  const model = useStore(stores.model, (state) => (state.status === 'ready' ? state.model : undefined));
  const msPerToken = useStore(stores.run, (state) => state.msPerToken);
  const time = model && units > 0 ? estimateTime(work, units, model, msPerToken) : undefined;
  return time ? estimateText(time) : '';
}
