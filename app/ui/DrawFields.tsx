import type { Sampling } from '../../src/inference/types.ts';
import { Amount } from './Field.tsx';

type Draw = Pick<Sampling, 'temperature' | 'topK' | 'topP'>;

interface Props extends Draw {
  readonly onChange: (change: Partial<Draw>) => void;
}

/** How the next token is drawn, each with a sentence that says what it does. */
export function DrawFields({ temperature, topK, topP, onChange }: Props) {
  return (
    <>
      <Amount
        label="Temperature"
        hint="At 0 the likeliest token is always taken; higher values give unlikely ones more of a chance."
        value={temperature}
        min={0}
        max={2}
        step={0.1}
        onChange={(next) => onChange({ temperature: next })}
      />
      <Amount
        label="Top k"
        hint="Draws among the k likeliest tokens only; 0 keeps all."
        value={topK}
        min={0}
        max={1000}
        step={1}
        onChange={(next) => onChange({ topK: next })}
      />
      <Amount
        label="Top p"
        hint="Draws among the fewest tokens whose probabilities sum to p; 1 keeps all."
        value={topP}
        min={0.05}
        max={1}
        step={0.05}
        onChange={(next) => onChange({ topP: next })}
      />
    </>
  );
}
