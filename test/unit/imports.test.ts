import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Modules of src as ARCHITECTURE.md draws them; each imports only from itself and those before it, types included. */
const order = [
  'lib',
  'rpc',
  'graph',
  'neurons',
  'steering',
  'model',
  'inference',
  'engine',
  'datasets',
  'saved',
  'node',
  'studies',
  'worker',
  'cli',
];

/** What the page may call: code that needs no model, no file system and no store of the workers. */
const pageMayCall = [
  /^src\/(lib|rpc|neurons|steering|inference|datasets|saved)\//,
  /^src\/model\/(runtime\/device-facts|fit|suggest)\.ts$/,
  /^src\/studies\/(shared|identify|impact|origins|report-text)\/(?!handler|browser-store|.*database|run-files|extend-run)[^/]+$/,
  /^src\/studies\/identify\/detectors\/registry\.ts$/,
  /^src\/worker\/engine-client\.ts$/,
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsBelow(folder: string): Import[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => {
      const from = join(folder, file);
      const text = readFileSync(join(root, from), 'utf8');
      const found = text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from '(\.[^']+)';/gms);
      return [...found].map(([, type, path]) => ({
        from,
        to: relative(root, join(root, dirname(from), path as string)),
        typeOnly: type !== undefined,
      }));
    });
}

/** Imports of all modules; the lists of what is public, in src itself, may name any. */
const modules = () => importsBelow('src').filter(({ from }) => !/^src[/\\][^/\\]+\.ts$/.test(from));
const moduleOf = (path: string) => path.split(/[/\\]/)[1] as string;
const shown = ({ from, to }: Import) => `${from} -> ${to}`;

describe('imports', () => {
  it('in src go to modules that come before, types included', () => {
    const all = modules();
    expect(all.length).toBeGreaterThan(100);
    const unknown = all.filter(({ from }) => !order.includes(moduleOf(from)));
    expect(unknown.map(shown)).toEqual([]);
    const against = all.filter(
      ({ from, to }) => !to.startsWith('src') || order.indexOf(moduleOf(to)) > order.indexOf(moduleOf(from)),
    );
    expect(against.map(shown)).toEqual([]);
  });

  it('in src make at most 60 arrows between modules', () => {
    const arrows = new Set(
      modules()
        .map(({ from, to }) => `${moduleOf(from)} -> ${moduleOf(to)}`)
        .filter((arrow) => !/^(.*) -> \1$/.test(arrow)),
    );
    expect(arrows.size).toBeGreaterThan(20);
    expect(arrows.size).toBeLessThanOrEqual(60);
  });

  it('of the page call pure modules only', () => {
    const all = importsBelow('app').filter(({ to }) => to.startsWith('src'));
    expect(all.length).toBeGreaterThan(20);
    const against = all.filter(
      ({ to, typeOnly }) => !typeOnly && !pageMayCall.some((allowed) => allowed.test(to)),
    );
    expect(against.map(shown)).toEqual([]);
  });

  it('bring the engine to no worker but its own', () => {
    const values = [...importsBelow('src'), ...importsBelow('workers')].filter(({ typeOnly }) => !typeOnly);
    const reached = new Set([join('workers', 'reader.worker.ts')]);
    for (const path of reached) for (const { from, to } of values) if (from === path) reached.add(to);
    expect(reached.size).toBeGreaterThan(30);
    const engine =
      /^src[/\\](engine|inference|graph|node|cli|model[/\\]runtime|lib[/\\]stats|studies[/\\]origins)[/\\]/;
    expect([...reached].filter((path) => engine.test(path))).toEqual([]);
  });

  it('of the workers go to src only', () => {
    const all = importsBelow('workers');
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(({ to }) => !/^(src|workers)[/\\]/.test(to)).map(shown)).toEqual([]);
  });
});
