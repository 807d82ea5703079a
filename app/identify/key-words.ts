import type { KeyForm } from '../../src/datasets/questions/choices.ts';

/** Describes, for a person, each way in which an answer can name the right choice. */
export const keyWords: Readonly<Record<KeyForm, string>> = {
  label: 'its label in the file',
  letter: 'its letter, from A',
  'from 0': 'its number, from 0',
  'from 1': 'its number, from 1',
  text: 'its text',
  marks: 'a mark for each choice',
};
