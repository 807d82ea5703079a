import { useStore } from 'zustand';
import { formatNeuron } from '../../src/neurons/layout.ts';
import { useSession } from './state/hooks.ts';
import { scoringGroup } from './state/score.ts';
import { useShownSteering } from './state/shown.ts';
import type { TokenColour } from './state/slices/view.ts';
import { colouringNeuron } from './useTokenQuantity.ts';

/** What the tokens are coloured by. */
export function ColourMenu() {
  const { stores } = useSession();
  const colour = useStore(stores.view, (state) => state.colour);
  const steering = useShownSteering();
  const neuron = useStore(stores.selection, (state) => colouringNeuron(state));
  const classified = scoringGroup(steering)?.set?.intercept !== undefined;
  const options: readonly (readonly [TokenColour, string])[] = [
    ['none', 'nothing'],
    ['trained', 'how likely the word is as trained'],
    ['divergence', 'how far the prediction moved (KL divergence)'],
    ['score', classified ? 'detector’s score (as trained only)' : 'mean CETT of the group (as trained only)'],
    ['logprob', 'how likely the word was to its own version'],
    ['entropy', 'entropy'],
    ['neuron', neuron ? `CETT of neuron ${formatNeuron(neuron)}` : 'CETT of the chosen neuron'],
  ];
  return (
    <label className="pick">
      Colour{' '}
      <select
        value={colour}
        onChange={(event) => stores.view.setState({ colour: event.target.value as TokenColour })}
      >
        {options.map(([value, label]) => (
          <option key={value} value={value} disabled={value === 'neuron' && !neuron && colour !== 'neuron'}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
