// Time of the L1 fits: npx tsx bench/fit.ts [--data FILE] [--columns N]. FILE receives the features and labels for
// fit-sklearn.py. The last line that it prints is JSON.
import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../src/lib/math/random.ts';
import { fitPath, geometricPath } from '../src/lib/stats/logistic.ts';
import type { Problem } from '../src/lib/stats/problem.ts';

const rows = 2000;
/** From a few used columns to some hundreds. */
const Cs = geometricPath(0.005, 0.3, 8);

/**
 * Features like mean CETT: not negative, heavy-tailed, of very different sizes a column, correlated through a few
 * causes that rows share; 40 columns carry the class.
 */
function makeProblem(columns: number): Problem & { readonly labels: Uint8Array } {
  const random = createRandom(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const causes = Array.from({ length: 8 }, () => Float64Array.from({ length: rows }, normal));
  const labels = Uint8Array.from({ length: rows }, () => (random() < 0.5 ? 1 : 0));
  const table = Float64Array.from({ length: 65_536 }, normal);
  const values = new Float32Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    const size = Math.exp(-3 + 1.2 * table[Math.floor(random() * table.length)]);
    const cause = causes[column % causes.length];
    const share = 0.6 * random();
    const effect = column % 1152 === 0 ? 1.5 : 0;
    for (let row = 0; row < rows; row++) {
      const noise = table[Math.floor(random() * table.length)];
      const exponent = share * cause[row] + 0.8 * noise + effect * (labels[row] - 0.5);
      values[column * rows + row] = size * Math.exp(exponent);
    }
  }
  return { features: { kind: 'dense', rows, columns, values }, labels };
}

const { values: args } = parseArgs({
  options: { data: { type: 'string' }, columns: { type: 'string', default: '46080' } },
});
const columns = Number(args.columns);
const problem = makeProblem(columns);
if (args.data) {
  const file = await open(args.data, 'w');
  await file.write(problem.labels);
  const bytes = new Uint8Array(problem.features.values.buffer);
  for (let at = 0; at < bytes.length; at += 2 ** 26) await file.write(bytes.subarray(at, at + 2 ** 26));
  await file.close();
}

let last = performance.now();
const begin = last;
const fits = await fitPath(problem, Cs, {
  onProgress: ({ done }) => {
    if (done > 0) console.log(`${done}: ${((performance.now() - last) / 1000).toFixed(2)} s`);
    last = performance.now();
  },
});
const seconds = (performance.now() - begin) / 1000;
for (const fit of fits) {
  const { C, indices, objective, gap, iterations, separable } = fit;
  console.log(JSON.stringify({ C, neurons: indices.length, objective, gap, iterations, separable }));
}
console.log(`${rows} x ${columns}, ${Cs.length} values of C: ${seconds.toFixed(2)} s`);
console.log(JSON.stringify({ seconds, objectives: fits.map(({ objective }) => objective) }));
