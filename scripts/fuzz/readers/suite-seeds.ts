import { BUILT_IN_SUITES } from '../../../src/datasets/suites/suite.ts';
import { projectFile } from './one-file.ts';

/** The first items of every suite that comes with the program. */
export function suiteSeeds(): readonly (readonly [name: string, text: string])[] {
  return BUILT_IN_SUITES.map((name) => {
    const text = new TextDecoder().decode(projectFile(`public/suites/${name}.jsonl`));
    return [`${name}.jsonl`, text.split('\n').slice(0, 6).join('\n')];
  });
}
