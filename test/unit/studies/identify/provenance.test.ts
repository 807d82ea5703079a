import { describe, expect, it } from 'vitest';
import { commandOf } from '../../../../src/studies/identify/provenance.ts';
import { readQuestions } from '../../../../src/studies/identify/terminal/question-file.ts';
import { learnableManifest } from '../../../support/study-runs.ts';

const settings = {
  name: 'H-Neurons',
  feature: { aggregation: 'max', position: 'produced' },
  labels: '1-vs-1',
  C: 'auto',
  splitBy: 'relation',
  seed: 3,
  draws: 200,
} as const;

const commandFor = (name: string) =>
  commandOf({ ...learnableManifest, questions: { ...learnableManifest.questions, name } }, settings);

describe('the command of a set', () => {
  it('has every option that the result depends on', () => {
    expect(commandFor('My questions')).toBe(
      'hneurons identify --questions "My questions" --limit 120 --samples 10 --agree 8 --seed 1 --out RUN' +
        ' && hneurons fit RUN --C auto --aggregation max --position produced --labels 1-vs-1 --split relation --draws 200 --seed 3',
    );
  });

  it('names relations and what is asked otherwise than in the paper', () => {
    const changed = {
      ...learnableManifest,
      questions: { ...learnableManifest.questions, relations: ['capitals', 'plurals'] },
      settings: { ...learnableManifest.settings, topP: 1, instruction: '' },
    };
    expect(commandOf(changed, settings)).toContain(
      ' --relations capitals,plurals --limit 120 --samples 10 --agree 8 --seed 1 --top-p 1 --instruction "" --out RUN',
    );
  });

  it('names the plain form, which has no instruction', () => {
    const plain = { ...learnableManifest.settings, instruction: '', form: 'plain' as const };
    expect(commandOf({ ...learnableManifest, settings: plain }, settings)).toContain(
      ' --agree 8 --seed 1 --form plain --out RUN',
    );
  });

  it.each(['facts', 'invented'])('names the built-in set %s as the terminal takes it', async (name) => {
    const { header } = await readQuestions(name, { limit: 1 });
    expect(commandFor(header.name)).toContain(`hneurons identify --questions ${name} --limit `);
  });
});
