import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import type { Lane } from '../../src/inference/types.ts';
import { Choice } from '../ui/Choice.tsx';
import { Slider } from '../ui/Slider.tsx';
import { Tools } from '../ui/Tools.tsx';
import { AddNeurons } from './AddNeurons.tsx';
import { DoseStrip } from './DoseStrip.tsx';
import { GroupItem } from './GroupItem.tsx';
import { Known } from './Known.tsx';
import { LoneNeurons } from './NeuronList.tsx';
import { DockedRun } from './RunProgress.tsx';
import { useSession } from './state/hooks.ts';
import { scopeWords } from './state/shown.ts';
import { groupRange } from './state/slices/steering.ts';
import { UndoRedo } from './UndoRedo.tsx';

const scopes: readonly { value: Lane['scope']; label: string }[] = [
  { value: 'everywhere', label: 'Everywhere' },
  { value: 'answer', label: 'Answer only' },
];

/** Sliders: the first group's with its doses, scope, the groups, and the random control. */
export function Steer() {
  const session = useSession();
  const { groups, scope, controlSeed } = useStore(session.stores.steering);
  const [first] = groups;
  return (
    <>
      <div className="rail-part">
        <h2 className="hidden-text">Scale</h2>
        <div className="dock">
          <DockedRun />
          <Slider
            label="Scale"
            value={first?.factor ?? 1}
            {...groupRange}
            ticks={[0, 1, 2, 3]}
            neutral={1}
            format={(value) => `× ${value.toFixed(2)}`}
            onChange={session.setFactor}
            onEnd={session.endStep}
          />
        </div>
        {first && <Known group={first} />}
        <DoseStrip />
        <Choice label="Scope" value={scope} options={scopes} onChange={session.setScope} />
        <p className="muted">Scaled {scopeWords[scope]}.</p>
        <Tools label="Undo, redo, reset" className="rail-row">
          <UndoRedo />
          <Button className="button-plain" onPress={session.resetSteering}>
            Reset
          </Button>
        </Tools>
      </div>
      <div className="rail-part">
        <section className="groups" aria-label="Groups of neurons">
          <ul>
            {groups.map((group) => (
              <GroupItem key={group.id} group={group} first={group === first} />
            ))}
          </ul>
          <LoneNeurons />
          <AddNeurons />
        </section>
        <div className="rail-row control-draw">
          <span>Random control</span>
          <Button
            className="button-plain"
            isDisabled={groups.length === 0}
            onPress={() => session.drawControl(controlSeed + 1)}
          >
            Other random neurons
          </Button>
        </div>
        <p className="muted">
          As many neurons of the same layers with similar activity, scaled by the same factors. If they do the
          same, the effect is not that of your neurons.
        </p>
      </div>
    </>
  );
}
