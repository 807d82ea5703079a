// The built-in suites: npx tsx scripts/make-suites.ts
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSuite } from '../src/datasets/suites/suite.ts';
import { runMain, say } from './lib/log.mjs';
import { suiteFiles } from './suites/suites.ts';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../public/suites');

async function main(): Promise<void> {
  const read = (path: string) => readFileSync(join(here, path), 'utf8');
  const files = suiteFiles((name) => read(join('suites', name)), read('../public/questions/facts.jsonl'));
  await mkdir(target, { recursive: true });
  for (const [name, text] of files) {
    await writeFile(join(target, name), text);
    say(name, `${parseSuite(text).items.length} items`);
  }
}

runMain(main);
