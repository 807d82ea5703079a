import { checksum } from '../../src/lib/bytes/pack.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';

/** How links name a set that comes with the page. */
export interface ShippedName {
  /** Its file beside the page, without the ending. */
  readonly shipped: string;
  /** Tells a set of the same name with other neurons apart. */
  readonly identity: string;
}

/** Eight hexadecimal digits that change with a set's model, neurons, weights and feature. */
function identityOf({ model, neurons, intercept, feature }: NeuronSet): string {
  const members = neurons.map(({ layer, neuron, weight }) => [layer, neuron, weight]);
  const text = JSON.stringify([model.widths, members, intercept, feature.position, feature.aggregation]);
  return checksum(new TextEncoder().encode(text)).toString(16).padStart(8, '0');
}

const names = new Map<string, ShippedName>();

/** Learns what a set beside the page is called. */
export function learnName(shipped: string, set: NeuronSet): void {
  const identity = identityOf(set);
  names.set(identity, { shipped, identity });
}

/** What links call a set; undefined for one that does not come with the page. */
export function shippedName(set: NeuronSet): ShippedName | undefined {
  return names.get(identityOf(set));
}
