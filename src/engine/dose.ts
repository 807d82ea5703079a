import { generate } from '../decode/generate.ts';
import { flatIndex } from '../neurons/layout.ts';
import type { DoseIn, DoseOut } from '../protocol/messages.ts';
import type { Loaded } from './loaded.ts';
import { preparePrompt } from './prompt.ts';

/** Answers one prompt under several factors as one batch, and averages the watched neurons over each answer. */
export async function doses(loaded: Loaded, input: DoseIn, signal: AbortSignal): Promise<DoseOut> {
  const { model, io, prompts } = loaded;
  const { ids } = preparePrompt(model, input.prompt);
  const watched = input.watched.map((ref) => flatIndex(model.layout, ref));
  const sums = input.lanes.map(() => new Float32Array(watched.length));
  const counts = input.lanes.map(() => 0);
  const request = {
    promptIds: ids,
    lanes: input.lanes,
    maxTokens: input.maxTokens,
    signal,
    promptCache: prompts,
  };
  const result = await generate(model, io, request, {
    position(lane, position, cett) {
      if (position < ids.length) return;
      counts[lane]++;
      watched.forEach((index, i) => {
        sums[lane][i] += cett[index];
      });
    },
    token: () => {},
  });
  return {
    lanes: result.lanes.map(({ ids: answered, text, breakdown }, lane) => ({
      ids: answered,
      text,
      breakdown,
      watchedMean: counts[lane] > 0 ? sums[lane].map((sum) => sum / counts[lane]) : new Float32Array(0),
    })),
  };
}
