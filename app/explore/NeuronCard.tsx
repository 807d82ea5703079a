import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import type { NeuronFacts } from '../../src/engine/neuron-facts.ts';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { factorOf } from '../../src/steering/steering.ts';
import type { SteeredGroup } from '../../src/steering/types.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { describeError } from '../ui/describe-error.ts';
import { candidateLabel } from './label.ts';
import { NeuronCourse } from './NeuronCourse.tsx';
import { FollowGroup, NeuronSlider, NeuronToggles } from './NeuronList.tsx';
import { useSession } from './state/hooks.ts';

/** The chosen neuron, beside or under the map. */
export function NeuronCard() {
  const neuron = useStore(useSession().stores.selection, (state) => state.card);
  return neuron ? <Card key={formatNeuron(neuron)} neuron={neuron} /> : null;
}

function Card({ neuron }: { readonly neuron: NeuronRef }) {
  const session = useSession();
  const steering = useStore(session.stores.steering);
  const region = useRef<HTMLElement>(null);
  const key = formatNeuron(neuron);
  const own = key in steering.own;

  useEffect(() => {
    const before = document.activeElement;
    region.current?.focus({ preventScroll: true });
    region.current?.scrollIntoView({ block: 'nearest' });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);

  return (
    <section ref={region} className="card" aria-label={`Neuron ${key}`} tabIndex={-1}>
      <div className="card-head">
        <h2>
          <b>f</b> Neuron {key}
        </h2>
        <Button
          className="button-plain"
          aria-label="Close the card"
          onPress={() => session.openCard(undefined)}
        >
          Close<span className="key-hint"> (Esc)</span>
        </Button>
      </div>
      <div className="card-scale">
        <NeuronSlider neuron={neuron} factor={factorOf(steering, neuron)} />
        <NeuronToggles
          formatNeuron={key}
          muted={steering.muted.includes(key)}
          solo={steering.solo === key}
          words
        />
        <FollowGroup formatNeuron={key} own={own} />
      </div>
      <NeuronCourse neuron={neuron} />
      <Standing neuron={neuron} groups={steering.groups} />
      <AddToGroup neuron={neuron} groups={steering.groups} />
    </section>
  );
}

/** 1-based rank of a neuron by mean CETT. */
export function meanRank(meanCett: Float32Array, index: number): number {
  const own = meanCett[index]!;
  return meanCett.reduce((rank, value) => (value > own ? rank + 1 : rank), 1);
}

/** "3rd of 21 by weight, 0.41" for a member of a set with weights; undefined for others. */
export function weightText({ members }: Pick<SteeredGroup, 'members'>, key: string): string | undefined {
  const weight = members.find((member) => formatNeuron(member) === key)?.weight;
  if (weight === undefined) return undefined;
  const rank = 1 + members.filter((other) => (other.weight ?? 0) > weight).length;
  return `weight ${weight.toPrecision(3)}, rank ${rank} of ${members.length}`;
}

interface StandingProps {
  readonly neuron: NeuronRef;
  readonly groups: readonly SteeredGroup[];
}

/** Groups it is in, where it stands among all neurons, and what it writes. */
function Standing({ neuron, groups }: StandingProps) {
  const session = useSession();
  const model = useStore(session.stores.model, (state) => state.model);
  const [facts, setFacts] = useState<NeuronFacts>();
  const [error, setError] = useState<string>();
  const key = formatNeuron(neuron);

  useEffect(() => {
    let open = true;
    if (!model) return;
    session.neuronFacts(neuron).then(
      (found) => open && setFacts(found),
      (thrown) => open && setError(describeError(thrown)),
    );
    return () => {
      open = false;
    };
  }, [session, model, neuron]);

  const of = (rank: number, count: number) => `${rank.toLocaleString('en')} of ${count.toLocaleString('en')}`;
  const index = model && model.layout.offsets[neuron.layer]! + neuron.neuron;
  return (
    <>
      <dl className="facts">
        {groups
          .filter(({ members }) => members.some((member) => formatNeuron(member) === key))
          .map((group) => (
            <div key={group.id} className="facts-row">
              <dt>In</dt>
              <dd>
                <bdi>{group.name}</bdi>
                {weightText(group, key) && `, ${weightText(group, key)}`}
              </dd>
            </div>
          ))}
        {model && index !== undefined && model.meanCett.length > 0 && (
          <>
            <dt>Mean share (CETT)</dt>
            <dd>
              {formatCett(model.meanCett[index])}, rank{' '}
              {of(meanRank(model.meanCett, index), model.layout.total)}
            </dd>
          </>
        )}
        {facts && (
          <>
            <dt>Size of what it writes</dt>
            <dd>
              norm {facts.columnNorm.toPrecision(3)}, rank {of(facts.normRank, facts.neurons)}
            </dd>
          </>
        )}
      </dl>
      {error && <p className="muted">{error}</p>}
      {facts && !facts.attribution && (
        <p className="muted">This model’s file does not tell which tokens a neuron speaks for.</p>
      )}
      {facts?.attribution && (
        <>
          <div className="card-tokens">
            <Tokens title="Promotes" tokens={facts.attribution.promotes} />
            <Tokens title="Suppresses" tokens={facts.attribution.suppresses} />
          </div>
          <p className="muted">
            Logits that one unit of its activation adds directly (direct logit attribution); the reverse where
            it is negative.
          </p>
        </>
      )}
    </>
  );
}

interface TokensProps {
  readonly title: string;
  readonly tokens: NonNullable<NeuronFacts['attribution']>['promotes'];
}

function Tokens({ title, tokens }: TokensProps) {
  const most = Math.max(...tokens.map(({ logit }) => Math.abs(logit)), Number.MIN_VALUE);
  return (
    <div>
      <h3>{title}</h3>
      <ol>
        {tokens.map(({ id, text, logit }) => {
          const label = candidateLabel({ id, text }).text;
          return (
            <li key={id}>
              <bdi className="card-token" title={label}>
                {label}
              </bdi>
              <span className="card-bar" style={{ inlineSize: `${(100 * Math.abs(logit)) / most}%` }} />
              <span className="card-number">{logit.toFixed(2)}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** Puts the neuron into a group of the person's own, or a new one. */
function AddToGroup({ neuron, groups }: StandingProps) {
  const session = useSession();
  const [refused, setRefused] = useState<string>();
  const key = formatNeuron(neuron);
  const open = groups.filter(
    ({ kind, members }) => kind === 'custom' && !members.some((member) => formatNeuron(member) === key),
  );
  return (
    <div className="card-groups">
      {open.map(({ id, name }) => (
        <Button key={id} className="button" onPress={() => setRefused(session.addToGroup(id, neuron))}>
          Add to <bdi>{name}</bdi>
        </Button>
      ))}
      <Button className="button" onPress={() => setRefused(session.addGroup(`Group with ${key}`, [neuron]))}>
        New group with it
      </Button>
      {refused && (
        <p className="message" role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}
