import { EngineError } from '../../src/lib/errors.ts';

/** A file by its path in the folder that was chosen. */
export interface PathFile {
  readonly path: string;
  readonly file: File;
}

/** More files than any model has: somebody dropped a whole disk. */
const mostFiles = 2000;

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function collect(entry: FileSystemEntry, path: string, found: PathFile[]): Promise<void> {
  if (isHidden(entry.name)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    if (found.length >= mostFiles)
      throw new EngineError(
        'bad-input',
        `There are more than ${mostFiles} files; drop the folder of one model.`,
      );
    found.push({ path: `${path}${entry.name}`, file });
    return;
  }
  for (const each of await entriesOf(entry as FileSystemDirectoryEntry))
    await collect(each, `${path}${entry.name}/`, found);
}

/**
 * The files that were dropped, with those inside of dropped folders. Call it while the event is handled.
 * @throws EngineError `bad-input` where there are more than 2000
 */
export async function droppedFiles(data: DataTransfer): Promise<PathFile[]> {
  const items = [...data.items].filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry());
  const files = [...data.files];
  if (entries.length === 0 || entries.some((entry) => entry === null))
    return files.map((file) => ({ path: file.name, file }));
  const found: PathFile[] = [];
  for (const entry of entries) if (entry) await collect(entry, '', found);
  return found;
}

/** The files of a picker; those of a folder by their path in it. */
export function pickedFiles(list: FileList | readonly File[]): PathFile[] {
  return [...list]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !path.split('/').some(isHidden));
}
