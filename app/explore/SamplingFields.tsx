import { useStore } from 'zustand';
import { Amount } from '../controls/Field.tsx';
import { useSession } from '../state/hooks.ts';

/** How the next token is drawn, each with a sentence that says what it does. */
export function SamplingFields() {
  const { prompt } = useSession().stores;
  const { sampling, maxTokens } = useStore(prompt);
  const set = (change: Partial<typeof sampling>) => prompt.setState({ sampling: { ...sampling, ...change } });
  return (
    <div className="amounts">
      <p className="muted">Used from the next Run on.</p>
      <Amount
        label="Temperature"
        hint="At 0 the likeliest token is always taken; higher values give unlikely ones more of a chance."
        value={sampling.temperature}
        min={0}
        max={2}
        step={0.1}
        onChange={(temperature) => set({ temperature })}
      />
      <Amount
        label="Top k"
        hint="Draws among the k likeliest tokens only; 0 keeps all."
        value={sampling.topK}
        min={0}
        max={1000}
        step={1}
        onChange={(topK) => set({ topK })}
      />
      <Amount
        label="Top p"
        hint="Draws among the fewest tokens whose probabilities sum to p; 1 keeps all."
        value={sampling.topP}
        min={0.05}
        max={1}
        step={0.05}
        onChange={(topP) => set({ topP })}
      />
      <Amount
        label="Repetition penalty"
        hint="Above 1, tokens that were there before become less likely."
        value={sampling.repetitionPenalty}
        min={1}
        max={2}
        step={0.05}
        onChange={(repetitionPenalty) => set({ repetitionPenalty })}
      />
      <Amount
        label="Answer length"
        hint="The answer is cut after this many tokens."
        value={maxTokens}
        min={1}
        max={256}
        step={1}
        onChange={(next) => prompt.setState({ maxTokens: next })}
      />
      <Amount
        label="Seed"
        hint="Where tokens are drawn, the same seed gives the same text again."
        value={sampling.seed}
        min={0}
        max={2 ** 31 - 1}
        step={1}
        onChange={(seed) => set({ seed })}
      />
    </div>
  );
}
