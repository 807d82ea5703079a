import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import type { Lane } from '../../src/protocol/messages.ts';
import { Choice } from '../controls/Choice.tsx';
import { Disclosure } from '../controls/Disclosure.tsx';
import { Amount, Text } from '../controls/Field.tsx';
import { Slider } from '../controls/Slider.tsx';
import { useSession } from '../state/hooks.ts';
import { NeuronList } from './NeuronList.tsx';

const scopes: readonly { value: Lane['scope']; label: string }[] = [
  { value: 'everywhere', label: 'Everywhere' },
  { value: 'answer', label: 'Answer only' },
];

/** What is asked and how it is steered. */
export function Rail() {
  return (
    <aside className="rail" aria-label="Controls">
      <Ask />
      <Steer />
    </aside>
  );
}

function Ask() {
  const session = useSession();
  const { prompt } = session.stores;
  const { system, question } = useStore(prompt);
  const { status, error, notice, msPerToken } = useStore(session.stores.run);
  const running = status === 'running';
  return (
    <form
      className="rail-part"
      onSubmit={(event) => {
        event.preventDefault();
        session.answer();
      }}
    >
      <Text
        label="System text"
        rows={1}
        value={system}
        placeholder="none"
        onChange={(next) => prompt.setState({ system: next })}
      />
      <Text
        label="Question"
        rows={3}
        value={question}
        onChange={(next) => prompt.setState({ question: next })}
        onEnter={session.answer}
      />
      <div className="rail-row">
        <Button type="submit" className="button button-main">
          Run
        </Button>
        <Button className="button" isDisabled={!running} onPress={session.stop}>
          Stop
        </Button>
        <span className="muted speed">
          {msPerToken !== undefined && !running && `${msPerToken.toFixed(0)} ms/token`}
        </span>
      </div>
      <p className="message" role="alert">
        {error}
      </p>
      {notice && <p className="muted">{notice}</p>}
      <Disclosure title="Sampling" className="rail-more">
        {() => <SamplingFields />}
      </Disclosure>
    </form>
  );
}

function SamplingFields() {
  const { prompt } = useSession().stores;
  const { sampling, maxTokens } = useStore(prompt);
  const set = (change: Partial<typeof sampling>) => prompt.setState({ sampling: { ...sampling, ...change } });
  return (
    <div className="amounts">
      <p className="muted">Used from the next answer on.</p>
      <Amount
        label="Temperature"
        hint="0 takes the likeliest token"
        value={sampling.temperature}
        min={0}
        max={2}
        step={0.1}
        onChange={(temperature) => set({ temperature })}
      />
      <Amount
        label="Top k"
        hint="draws among k tokens, 0 among all"
        value={sampling.topK}
        min={0}
        max={1000}
        step={1}
        onChange={(topK) => set({ topK })}
      />
      <Amount
        label="Top p"
        hint="draws among the likeliest that sum to p"
        value={sampling.topP}
        min={0.05}
        max={1}
        step={0.05}
        onChange={(topP) => set({ topP })}
      />
      <Amount
        label="Repetition penalty"
        hint="1 changes nothing"
        value={sampling.repetitionPenalty}
        min={1}
        max={2}
        step={0.05}
        onChange={(repetitionPenalty) => set({ repetitionPenalty })}
      />
      <Amount
        label="Seed"
        hint="same seed, same text"
        value={sampling.seed}
        min={0}
        max={2 ** 31 - 1}
        step={1}
        onChange={(seed) => set({ seed })}
      />
      <Amount
        label="Longest answer"
        hint="tokens"
        value={maxTokens}
        min={1}
        max={256}
        step={1}
        onChange={(next) => prompt.setState({ maxTokens: next })}
      />
    </div>
  );
}

function Steer() {
  const session = useSession();
  const { factor, scope, controlSeed, members } = useStore(session.stores.steering);
  return (
    <div className="rail-part">
      <Slider
        label="Scale"
        value={factor}
        min={0}
        max={3}
        step={0.05}
        ticks={[0, 1, 2, 3]}
        neutral={1}
        format={(value) => `× ${value.toFixed(2)}`}
        onChange={session.setFactor}
      />
      <Choice label="Scope" value={scope} options={scopes} onChange={session.setScope} />
      <NeuronList />
      <div className="rail-row control-draw">
        <span>
          Random control <span className="muted">draw {controlSeed}</span>
        </span>
        <Button
          className="button-plain"
          isDisabled={members.length === 0}
          onPress={() => session.drawControl(controlSeed + 1)}
        >
          New draw
        </Button>
      </div>
      <p className="muted">As many neurons of the same layers with similar mean activation, scaled alike.</p>
    </div>
  );
}
