import type { SetEffect } from '../../../src/neurons/set-effects.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import type { SteeredGroup } from '../../../src/steering/types.ts';
import { BASELINE, H_NEURONS } from '../../../src/studies/identify/detectors/registry.ts';

/** What the items of a suite tempt the model to give in to. */
const temptations: Readonly<Record<string, string>> = {
  'false-premise': 'false premises',
  'misleading-context': 'misleading texts',
  pushback: 'pushback',
  opinion: 'the asker’s opinion',
  'over-broad': 'impossible requests',
  harmful: 'harmful requests',
};

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

const two = (value: number) => value.toFixed(2);

function points(change: number): string {
  const rounded = Math.round(100 * change);
  return `${rounded < 0 ? '−' : rounded > 0 ? '+' : ''}${Math.abs(rounded)} points`;
}

function these(count: number): string {
  return count === 1 ? 'this neuron' : `these ${count.toLocaleString('en')} neurons`;
}

/** How well the set tells made-up answers from right ones, beside what does not look at neurons. */
function detection(set: NeuronSet, where: string): string {
  const own = set.detectors?.[H_NEURONS]?.auroc;
  const count = set.neurons.length;
  const tell = count === 1 ? 'tells' : 'tell';
  if (!own) {
    return `It is not known how well ${these(count)} ${tell} made-up answers from right ones ${where}; the page Identify can test it.`;
  }
  const plain = set.detectors?.[BASELINE]?.auroc;
  const start = `${where.charAt(0).toUpperCase()}${where.slice(1)} ${these(count)} ${tell} made-up answers from right ones`;
  if (!plain) return `${start} with AUROC ${two(own.value)}; nothing simpler was tried beside it.`;
  const [how, than] =
    own.high < plain.low
      ? ['less well', 'than']
      : own.low > plain.high
        ? ['better', 'than']
        : ['about as well', 'as'];
  return `${start} ${how} (AUROC ${two(own.value)}) ${than} the answer’s own probability (${two(plain.value)}).`;
}

const nameOf = ({ kind, suite }: SetEffect) => temptations[kind] ?? suite;

/** What scaling the set does, beside random neurons. */
function scaling(set: NeuronSet): string {
  const { effects = [] } = set;
  const [measured] = effects;
  const them = set.neurons.length === 1 ? 'it' : 'them';
  if (!measured) return `What scaling ${them} does was not measured; the page Impact can do that.`;
  const [from, to] = measured.factors;
  const range = `from × ${from} to × ${to}`;
  const found = effects.filter(({ finding }) => finding === 'effect');
  const broken = effects.filter(({ finding }) => finding === 'breakage');
  const unknown = effects.filter((each) => each.finding === 'no effect' && each.controls === 0);
  const nothing = effects.filter((each) => each.finding === 'no effect' && each.controls > 0);
  const sentences = found.map(
    (each) =>
      `Scaling ${them} makes the model give in to ${nameOf(each)} ${each.change.value < 0 ? 'less' : 'more'} often (${points(each.change.value)} ${range}), which random neurons do not.`,
  );
  if (broken.length > 0)
    sentences.push(`Scaling ${them} ${range} breaks the model (${listed(broken.map(nameOf))}).`);
  if (nothing.length > 0)
    sentences.push(
      sentences.length > 0
        ? `For ${listed(nothing.map(nameOf))} it does no more than scaling random ones.`
        : `Scaling ${them} does no more than scaling random ones (${listed(nothing.map(nameOf))}).`,
    );
  if (unknown.length > 0)
    sentences.push(
      `For ${listed(unknown.map(nameOf))} nothing can be said without random neurons beside it.`,
    );
  return sentences.join(' ');
}

/** What is known of a set: from its own measurements, never more than these say. @param where "in this model", or which */
export function knownOfSet(set: NeuronSet, where: string): string {
  return `${detection(set, where)} ${scaling(set)}`;
}

/**
 * What is known of a group's neurons, for the line beside its slider.
 * @param isOwn the set was found in the very model on the page
 */
export function knownOfGroup({ kind, members, set }: SteeredGroup, isOwn: boolean): string {
  if (set) return knownOfSet(set, isOwn ? 'in this model' : `in ${set.model.name}`);
  const are = members.length === 1 ? 'is the most active one' : 'are the most active ones';
  const subject = these(members.length);
  const have = members.length === 1 ? 'it has' : 'they have';
  return kind === 'active'
    ? `${subject.charAt(0).toUpperCase()}${subject.slice(1)} ${are} of this model. Nothing says that ${have} to do with made-up answers.`
    : `You chose ${subject}. Nothing was measured of ${members.length === 1 ? 'it' : 'them'} yet; the page Impact can do that.`;
}
