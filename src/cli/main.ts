import { Command } from 'commander';
import { EngineError } from '../errors.ts';
import { addIdentification } from './program/identification.ts';
import { addModel } from './program/model.ts';
import { addImpact, addOrigins, addSet } from './program/sets.ts';

function program(): Command {
  const root = new Command('hneurons').description('Reads and steers the MLP neurons of a language model.');
  addModel(root);
  addIdentification(root);
  addImpact(root);
  addOrigins(root);
  addSet(root);
  return root;
}

try {
  await program().parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof EngineError ? error.message : String(error)}\n`);
  if (error instanceof EngineError && error.code === 'internal') process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}
