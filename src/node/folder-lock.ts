import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import {
  constants,
  copyFile,
  type FileHandle,
  link,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { EngineError } from '../lib/errors.ts';
import { makeFolder, withFileErrors } from './files.ts';
import { isRunning, type Owner, processSpace, readOr, readOwner, textOf, thisProcess } from './lock-owner.ts';

const LOCK = 'run.lock';

/** How long a sign of life counts, in milliseconds. */
export interface LockTimes {
  /** Between two signs of life. */
  readonly beat: number;
  /** After how long without one a process on another machine is taken for dead. */
  readonly stale: number;
  /** Between two looks at another machine's lock. */
  readonly look: number;
}

/** An NFS client may show attributes of up to a minute ago. */
const TIMES: LockTimes = { beat: 15_000, stale: 120_000, look: 5_000 };

/** Between two checks that a lock is still held. */
const CHECK_MS = 5_000;

export interface FolderLock {
  /**
   * To be awaited before something is written.
   * @throws EngineError `bad-input` where another process has taken over, as after this one was halted for long
   */
  check(): Promise<void>;
  release(): Promise<void>;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function refusal(folder: string, { pid, host, command }: Owner): EngineError {
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  return new EngineError(
    'bad-input',
    `${folder} is being written by another process (${where}: ${command}); wait until it ends or stop it, then start again, or choose another folder.`,
  );
}

/** Milliseconds since the last sign of life, both times by the clock of the file system. */
async function silence(path: string): Promise<number> {
  const probe = `${path}.${randomUUID()}`;
  await writeFile(probe, textOf(thisProcess()));
  try {
    // Opening asks a file server for what it knows by now.
    const [last, now] = await Promise.all([path, probe].map(modified));
    return now - last;
  } finally {
    await rm(probe, { force: true });
  }
}

async function modified(path: string): Promise<number> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return Number.POSITIVE_INFINITY;
  const { mtimeMs } = await handle.stat();
  await handle.close();
  return mtimeMs;
}

/** Waits until it is known whether the owner of a lock still lives. */
async function isAlive(path: string, owner: Owner, { stale, look }: LockTimes): Promise<boolean> {
  if (owner.space === processSpace()) return isRunning(owner);
  const first = await silence(path);
  if (first < stale)
    process.stderr.write(
      `${path} is held by process ${owner.pid} on ${owner.host}; waiting up to ${Math.ceil(stale / 1000)} s to see whether it still runs.\n`,
    );
  for (let quiet = first; quiet < stale; ) {
    await sleep(look);
    const next = await silence(path);
    if (next < quiet) return (await readOwner(path))?.token === owner.token;
    quiet = next;
  }
  return false;
}

/** The lock that this process would like to hold, in a file of its own. */
interface Wanted {
  readonly owner: Owner;
  readonly file: string;
}

/** Gives a file a further name, which must not be taken. @returns whether it was not */
async function linkNew(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // File systems without links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
  }
  try {
    await copyFile(file, name, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Puts a lock in the place of a dead one's; of several that try, one does. @returns whether it was this one */
async function takeOver(path: string, dead: Owner, { file }: Wanted, { stale }: LockTimes): Promise<boolean> {
  const claim = `${path}.claim`;
  if (!(await linkNew(file, claim))) {
    // Whoever claimed it may have been stopped between these lines.
    const other = await readOwner(claim);
    const isDead = other?.space === processSpace() ? !isRunning(other) : (await silence(claim)) > stale;
    if (other && isDead) await rm(claim, { force: true });
    return false;
  }
  try {
    if ((await readOwner(path))?.token !== dead.token) return false;
    await rename(file, path);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

/**
 * Removes what processes left that were stopped while they locked the folder, or wrote a file in it.
 * @param path of the lock, which is held: nobody else writes
 */
async function tidy(path: string, beside: boolean): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    const each = join(folder, name);
    const isPart = !beside && /^\..+\.part$/.test(name);
    if (isPart) await rm(each, { force: true });
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const owner = await readOwner(each);
    if (owner && owner.space === processSpace() && !isRunning(owner)) await rm(each, { force: true });
    else if (owner?.space === '' && (await silence(each)) > TIMES.stale) await rm(each, { force: true });
  }
}

async function acquire(path: string, folder: string, wanted: Wanted, times: LockTimes): Promise<void> {
  for (;;) {
    if (await linkNew(wanted.file, path)) return;
    const other = await readOwner(path);
    if (!other) continue;
    if (await isAlive(path, other, times)) throw refusal(folder, other);
    if (await takeOver(path, other, wanted, times)) return;
    await sleep(Math.min(times.look, 50));
  }
}

/**
 * Locks a folder for the one process that writes to it; the folder is made where it is not there. A lock whose process
 * has ended is taken over: on this machine at once, on another when it has shown no sign of life for two minutes.
 * @param beside whether the lock stands beside the folder, which then need not be there, and not in it
 * @throws EngineError `bad-input` that names the process that writes there
 */
export function lockFolder(
  folder: string,
  { beside = false, times = TIMES }: { readonly beside?: boolean; readonly times?: LockTimes } = {},
): Promise<FolderLock> {
  const path = beside ? `${folder.replace(/[/\\]+$/, '')}.lock` : join(folder, LOCK);
  return withFileErrors(folder, async () => {
    const wasThere = existsSync(dirname(path));
    await makeFolder(dirname(path));
    const owner = thisProcess();
    const wanted = { owner, file: `${path}.${owner.token}` };
    const handle = await open(wanted.file, 'w');
    try {
      await handle.writeFile(textOf(owner));
      await acquire(path, folder, wanted, times);
      await rm(wanted.file, { force: true });
    } catch (error) {
      await handle.close();
      await rm(wanted.file, { force: true });
      if (!wasThere && !beside) await rmdir(folder).catch(() => {});
      throw error;
    }
    await tidy(path, beside);
    return heldLock(path, folder, owner, { handle, times, isNew: !wasThere && !beside });
  });
}

function heldLock(
  path: string,
  folder: string,
  owner: Owner,
  {
    handle,
    times,
    isNew,
  }: { readonly handle: FileHandle; readonly times: LockTimes; readonly isNew: boolean },
): FolderLock {
  const text = textOf(owner);
  // Written and not only given another time, so that the time is the file server's.
  const beat = setInterval(() => void handle.write(text, 0).catch(() => {}), times.beat);
  beat.unref();
  const atExit = () => {
    if (readOr(path) === text.trim()) rmSync(path, { force: true });
  };
  process.once('exit', atExit);
  let checked = Number.NEGATIVE_INFINITY;
  return {
    async check() {
      const now = Date.now();
      if (now - checked < CHECK_MS) return;
      if ((await readOwner(path))?.token !== owner.token)
        throw new EngineError(
          'bad-input',
          `${folder} was taken over by another process, or removed, while this one was halted; what was stored before is whole. Start again to go on with it.`,
        );
      checked = now;
    },
    async release() {
      clearInterval(beat);
      process.off('exit', atExit);
      await handle.close();
      if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
      // What was made only to be locked.
      if (isNew) await rmdir(folder).catch(() => {});
    },
  };
}
