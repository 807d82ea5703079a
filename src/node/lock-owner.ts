import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';

/** Who writes to a folder. */
const ownerSchema = z.object({
  token: z.string(),
  host: z.string(),
  /** Within which process ids tell processes apart: a start of the system, and on it a container. */
  space: z.string(),
  pid: z.int().positive(),
  /** When the process was started, so that another one of the same id is not taken for it; empty where it is not known. */
  started: z.string(),
  command: z.string(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** The text of a file; empty where it cannot be read. */
export const readOr = (path: string) => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
};

/** Within which this process's id tells it from others. */
export function processSpace(): string {
  const boot = readOr('/proc/sys/kernel/random/boot_id');
  if (boot === '') return hostname();
  try {
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return boot;
  }
}

/** Linux says when a process was started, in ticks since the system was (field 22 of its stat). */
function startOf(pid: number): string {
  const text = readOr(`/proc/${pid}/stat`);
  // The name before may hold spaces and brackets.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** The text of a lock. */
export const textOf = (owner: Owner) => `${JSON.stringify(owner)}\n`;

/** This process as the owner of a new lock. */
export const thisProcess = (): Owner => ({
  token: randomUUID(),
  host: hostname(),
  space: processSpace(),
  pid: process.pid,
  started: startOf(process.pid),
  command: `hneurons ${process.argv.slice(2, 3).join(' ')}`.trim(),
});

/** Whether an owner within this process's space still runs. */
export function isRunning({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Where it may not be signalled, it is there.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return started === '' || startOf(pid) === '' || startOf(pid) === started;
}

/** Whose lock a file is; undefined where it is not there. */
export async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    // Damaged: taken for another machine's, which shows no life.
    return { token: text, host: 'an unknown machine', space: '', pid: 1, started: '', command: 'unknown' };
  }
}
