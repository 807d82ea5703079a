import type { KeyForm } from '../../src/datasets/questions/choices.ts';

/** How an answer names the right choice, in words. */
export const keyWords: Readonly<Record<KeyForm, string>> = {
  label: 'its label in the file',
  letter: 'its letter, from A',
  'from 0': 'its number, from 0',
  'from 1': 'its number, from 1',
  text: 'its text',
  marks: 'a mark for each choice',
};
