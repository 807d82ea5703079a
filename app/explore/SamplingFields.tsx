import { useStore } from 'zustand';
import { DrawFields } from '../ui/DrawFields.tsx';
import { Amount } from '../ui/Field.tsx';
import { useSession } from './state/hooks.ts';

/** How the next token is drawn, each with a sentence that says what it does. */
export function SamplingFields() {
  const { prompt } = useSession().stores;
  const { sampling, maxTokens } = useStore(prompt);
  const set = (change: Partial<typeof sampling>) => prompt.setState({ sampling: { ...sampling, ...change } });
  return (
    <div className="amounts">
      <p className="muted">Applies to the next run.</p>
      <DrawFields
        temperature={sampling.temperature}
        topK={sampling.topK}
        topP={sampling.topP}
        onChange={set}
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
