import { describe, expect, it } from 'vitest';
import { createStores } from '../../../app/explore/state/stores.ts';
import { otherModel } from '../../../app/export/links.ts';
import { readPageState } from '../../../app/link/page-state.ts';
import type { LoadedModel } from '../../../src/engine/model-info.ts';
import type { ModelIdentity } from '../../../src/neurons/identity.ts';

const hash = (digit: string) => digit.repeat(32);
const identity: ModelIdentity = {
  weights: hash('1'),
  computation: hash('2'),
  tokenizer: hash('3'),
  template: hash('4'),
};
const modelWith = (other: Partial<ModelIdentity>, fingerprint = 'f') =>
  ({ name: 'tiny', fingerprint, identity: { ...identity, ...other } }) as LoadedModel;

function linkedFrom(model: LoadedModel) {
  const stores = createStores();
  stores.model.setState({ model });
  return readPageState(stores).model!;
}

describe('a link that is opened with another model', () => {
  const made = linkedFrom(modelWith({}));

  it('says nothing where it is the very same', () => {
    expect(otherModel(made, modelWith({}), 'link')).toBeUndefined();
  });

  it.each<[Partial<ModelIdentity>, string]>([
    [{ template: hash('f') }, 'another chat template'],
    [{ weights: hash('f') }, 'other weights'],
    [{ tokenizer: hash('f'), computation: hash('f') }, 'another computation and another tokenizer'],
  ])('says what differs: %j', (other, difference) => {
    expect(otherModel(made, modelWith(other), 'link')).toBe(
      `The link was made with a model other than the one here: tiny has ${difference}, so answers may differ.`,
    );
  });

  it('says that it carries the identity of before', () => {
    const { identity: _, ...former } = made;
    expect(otherModel(former, modelWith({}), 'link')).toMatch(/^The link carries the identity of before, /);
    expect(otherModel(former, modelWith({}, 'g'), 'link')).toMatch(
      /this is tiny, so its neurons were left out/,
    );
  });
});
