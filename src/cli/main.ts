#!/usr/bin/env node
import { Command } from 'commander';
import { EngineError } from '../lib/errors.ts';
import { fileError } from '../node/files.ts';
import { StoppedBySignal } from '../node/stop-signals.ts';
import { addIdentification } from './identification.ts';
import { addModel } from './model.ts';
import { addImpact, addOrigins, addSet } from './sets.ts';

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
} catch (thrown) {
  const error = fileError(thrown);
  process.stderr.write(`${error instanceof EngineError ? error.message : String(error)}\n`);
  if (error instanceof EngineError && error.code === 'internal') process.stderr.write(`${error.stack}\n`);
  process.exitCode = error instanceof StoppedBySignal ? error.exitCode : 1;
}
