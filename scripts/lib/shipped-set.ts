import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type NeuronSet, parseNeuronSet } from '../../src/neurons/set-file.ts';

const place = new URL('../../public/neurons/smollm2-135m-instruct.json', import.meta.url);

/** The set that the page opens with. */
export async function shippedSet(): Promise<NeuronSet> {
  return parseNeuronSet(await readFile(fileURLToPath(place), 'utf8'));
}
