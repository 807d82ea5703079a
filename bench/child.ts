import { spawn } from 'node:child_process';
import { root } from '../scripts/lib/process.mjs';

/**
 * Runs a program whose last line of output is JSON, and gives that.
 * @throws Error with the end of its error output where it fails
 */
export function jsonOf<T>(command: string, args: readonly string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) {
        reject(new Error(`${command} ${args[0]} ended with ${code}: ${errors.trim()}`));
        return;
      }
      resolve(JSON.parse(output.trim().split('\n').at(-1) ?? '') as T);
    });
  });
}

/** The Python that rivals run in. */
export const python = process.env.BENCH_PYTHON ?? 'python3';

/** Why Python modules cannot be imported; undefined where they can. */
export async function pythonLacks(modules: readonly string[]): Promise<string | undefined> {
  const code = `import json, ${modules.join(', ')}\nprint(json.dumps(True))`;
  try {
    await jsonOf(python, ['-c', code]);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'there is no such Python';
    return (error as Error).message.split('\n').at(-1)?.replaceAll('|', ' ');
  }
}
