import { deflateRawSync } from 'node:zlib';
import { createRunRecord } from '../../../app/explore/state/record.ts';
import { createStores } from '../../../app/explore/state/stores.ts';
import { decodeLink, encodeLink } from '../../../app/link/link.ts';
import { readPageState, writePageState } from '../../../app/link/page-state.ts';
import { replayRun } from '../../../app/link/replay.ts';
import { formatRun, parseRun } from '../../../src/saved/run-file.ts';
import { changeBytes } from '../mutate/bytes.ts';
import { oneOf } from '../mutate/dice.ts';
import { NASTY_TEXTS } from '../mutate/nasty.ts';
import { changeJson, textOf, utf8 } from '../mutate/text.ts';
import type { Reader } from '../types.ts';
import { asJson, fileReader, projectFile } from './one-file.ts';

/** A page's state as links carry it. */
const STATE = {
  prompt: {
    mode: 'chat',
    system: 'Be brief.',
    turns: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
    ],
    question: 'Who invented the telephone?',
    sampling: { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 },
    maxTokens: 60,
  },
  model: { name: 'Test', fingerprint: 'abc' },
  steering: {
    madeFor: 'abc',
    groups: [
      { id: 'g1', name: 'Mine', kind: 'custom', members: [{ layer: 0, neuron: 1 }], factor: 2, on: true },
    ],
    scope: 'everywhere',
    own: { '0:1': 2 },
    muted: ['0:2'],
    controlSeed: 1,
  },
  pin: { lane: 1, position: 3 },
  card: { layer: 0, neuron: 1 },
  view: { layout: 'columns', mapView: { left: 0, width: 1, top: 0, height: 1 } },
};

const packed = (text: Uint8Array | string) => deflateRawSync(text).toString('base64url');

/** The run that comes with the page, without most of its tokens, so that it is small. */
async function savedRun(): Promise<string> {
  const run = await parseRun(textOf(projectFile('public/runs/telephone.json')));
  const prompt = run.prompt.slice(0, 3);
  const lanes = run.lanes.map((lane) => ({
    ...lane,
    tokens: lane.tokens.slice(0, 3),
    frames: lane.frames.slice(0, 5),
  }));
  return formatRun({ ...run, prompt, lanes });
}

export const pageReaders: readonly Reader[] = [
  fileReader({
    name: 'saved-run',
    title: 'saved runs of the page',
    files: async () => [['run.json', await savedRun()]],
    change: asJson,
    async read(bytes) {
      const run = await parseRun(textOf(bytes));
      const stores = createStores();
      stores.model.setState({ model: run.model });
      replayRun(
        stores,
        createRunRecord((flush) => flush()),
        run,
      );
    },
  }),
  fileReader({
    name: 'link',
    title: 'links that carry the state of the page',
    files: () => [
      ['link.txt', `#s1.${packed(JSON.stringify(STATE))}`],
      ['second.txt', encodeLink(readPageState(createStores()))],
      ['short.txt', `#s1.${packed(JSON.stringify({ prompt: STATE.prompt }))}`],
    ],
    change: (dice, bytes) =>
      oneOf(dice, [
        [6, () => utf8(`#s1.${packed(changeJson(dice, JSON.stringify(STATE)))}`)],
        [1, () => utf8(`#s1.${packed(changeBytes(dice, utf8(JSON.stringify(STATE))))}`)],
        [2, () => changeBytes(dice, bytes)],
        [1, () => utf8(`#${dice.pick(['', 's1.', 's2.', 's0.'])}${dice.pick(NASTY_TEXTS)}`)],
      ]),
    async read(bytes) {
      const linked = await decodeLink(
        textOf(bytes),
        (id) => id === 'map',
        async () => undefined,
      );
      if (linked) writePageState(createStores(), linked.state);
    },
  }),
];
