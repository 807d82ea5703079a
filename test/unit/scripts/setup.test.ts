import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chromiumCandidates } from '../../../scripts/lib/chromium.mjs';
import { sha256Of, stampFits } from '../../../scripts/lib/model.mjs';
import { parseStartOptions } from '../../../scripts/lib/options.mjs';
import { packagesAreStale } from '../../../scripts/lib/packages.mjs';
import { workingPips } from '../../../scripts/lib/pip.mjs';
import { playwrightPassed, vitestPassed } from '../../../scripts/lib/results.mjs';
import { nodeProblem } from '../../../scripts/lib/version.mjs';
import { extractMember } from '../../../scripts/lib/zip.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Member {
  readonly name: string;
  readonly content: Buffer;
  readonly deflated: boolean;
}

/** A zip archive with local extra fields and a comment at the end, so that no offset can be guessed. */
function zip(members: readonly Member[], comment = 'a comment'): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, deflated } of members) {
    const data = deflated ? deflateRawSync(content) : content;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(name.length, 26);
    head.writeUInt16LE(5, 28);
    const piece = Buffer.concat([head, Buffer.from(name), Buffer.alloc(5, 1), data]);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(deflated ? 8 : 0, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    local.push(piece);
    central.push(entry, Buffer.from(name));
    offset += piece.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...local, directory, end, Buffer.from(comment)]);
}

const text = Buffer.from('every neuron at every token\n'.repeat(5000));
const members: Member[] = [
  { name: 'first.txt', content: Buffer.from('first'), deflated: false },
  { name: 'folder/deflated.bin', content: text, deflated: true },
  { name: 'folder/stored.bin', content: text.subarray(0, 1000), deflated: false },
];

async function extract(archive: Buffer, member: string): Promise<Buffer> {
  const path = join(folder, 'archive.whl');
  writeFileSync(path, archive);
  let seen = 0;
  await extractMember(path, member, join(folder, 'out'), (chunk: Buffer) => {
    seen += chunk.length;
  });
  const out = readFileSync(join(folder, 'out'));
  expect(seen).toBe(out.length);
  return out;
}

describe('a member of a zip archive', () => {
  it('is taken out, deflated or stored', async () => {
    expect(await extract(zip(members), 'folder/deflated.bin')).toEqual(text);
    expect(await extract(zip(members), 'folder/stored.bin')).toEqual(text.subarray(0, 1000));
  });

  it('is refused where it is missing, cut short or of another size', async () => {
    const archive = zip(members);
    await expect(extract(archive, 'deflated.bin')).rejects.toThrow('the archive has no member deflated.bin');
    await expect(extract(archive.subarray(0, 300), 'first.txt')).rejects.toThrow('not a zip archive');
    await expect(extract(Buffer.from('PK'), 'first.txt')).rejects.toThrow('not a zip archive');
    const wrongSize = zip(members);
    const entry = wrongSize.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    wrongSize.writeUInt32LE(7, entry + 24);
    await expect(extract(wrongSize, 'first.txt')).rejects.toThrow(
      'first.txt has 5 bytes, and the archive names 7',
    );
  });

  it('is refused where its data are damaged', async () => {
    const archive = zip(members);
    archive.fill(0xff, 100, 160);
    await expect(extract(archive, 'folder/deflated.bin')).rejects.toThrow();
  });
});

describe('the stamp of the model', () => {
  const stamp = { size: 10, mtimeMs: 5, sha256: 'aa' };

  it('holds only for the same size, time and digest', () => {
    expect(stampFits(stamp, { size: 10, mtimeMs: 5 }, 'aa')).toBe(true);
    expect(stampFits(null, { size: 10, mtimeMs: 5 }, 'aa')).toBe(false);
    expect(stampFits(stamp, { size: 11, mtimeMs: 5 }, 'aa')).toBe(false);
    expect(stampFits(stamp, { size: 10, mtimeMs: 6 }, 'aa')).toBe(false);
    expect(stampFits(stamp, { size: 10, mtimeMs: 5 }, 'bb')).toBe(false);
  });

  it('rests on the SHA-256 of the file', async () => {
    writeFileSync(join(folder, 'file'), text);
    expect(await sha256Of(join(folder, 'file'))).toBe(createHash('sha256').update(text).digest('hex'));
  });
});

describe('the version of Node', () => {
  it.each(['20.19.0', '20.20.2', '22.12.0', '24.0.0', '26.1.0'])('%s will do', (version) => {
    expect(nodeProblem(version)).toBeNull();
  });
  it.each(['18.20.0', '20.18.3', '21.7.0', '22.11.0'])('%s is refused in one sentence', (version) => {
    expect(nodeProblem(version)).toContain(`this is Node ${version}`);
  });
});

describe('packages', () => {
  const day = (n: number) => new Date(2026, 0, n);

  it('are stale where they are missing, broken off or older than the lock file', async () => {
    writeFileSync(join(folder, 'package-lock.json'), '{}');
    utimesSync(join(folder, 'package-lock.json'), day(2), day(2));
    expect(packagesAreStale(folder)).toBe(true);
    await mkdir(join(folder, 'node_modules'));
    expect(packagesAreStale(folder)).toBe(true);
    const installed = join(folder, 'node_modules', '.package-lock.json');
    writeFileSync(installed, '{}');
    utimesSync(installed, day(1), day(1));
    expect(packagesAreStale(folder)).toBe(true);
    utimesSync(installed, day(3), day(3));
    expect(packagesAreStale(folder)).toBe(false);
  });
});

describe('pip', () => {
  it('is tried under each name that works, the same pip once', () => {
    const answers: Record<string, string> = {
      'pip3 --version': 'pip 24 from a',
      'python3 -m pip --version': 'pip 24 from a',
      'uv tool run pip --version': 'pip 26 from b',
    };
    const versionOf = (command: string, args: readonly string[]) =>
      answers[[command, ...args].join(' ')] ?? null;
    expect([...workingPips(versionOf)].map(({ command }) => command)).toEqual(['pip3', 'uv']);
    expect([...workingPips(() => null)]).toEqual([]);
  });
});

describe('the browser', () => {
  it('is the one that CHROMIUM_PATH names, and no other', () => {
    expect(chromiumCandidates({ CHROMIUM_PATH: '/x/chrome', PATH: '/bin' })).toEqual(['/x/chrome']);
  });

  it('is looked for by name along the search path, Chromium before Chrome', () => {
    const candidates = chromiumCandidates({ PATH: ['/a', '/b'].join(delimiter) });
    const order = ['/a/chromium', '/b/chromium', '/a/chromium-browser', '/a/google-chrome'];
    const positions = order.map((path) => candidates.indexOf(join(path)));
    expect(positions.every((position) => position >= 0)).toBe(true);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(candidates.some((path) => path.includes('Google Chrome.app'))).toBe(true);
  });
});

describe('the options of npm start', () => {
  it('are port, host and open', () => {
    expect(parseStartOptions([])).toEqual({ open: false, port: undefined, host: undefined });
    expect(parseStartOptions(['--host', '--port', '8080', '--open'])).toEqual({
      open: true,
      port: 8080,
      host: true,
    });
    expect(parseStartOptions(['--port=81', '--host=0.0.0.0'])).toEqual({
      open: false,
      port: 81,
      host: '0.0.0.0',
    });
    expect(() => parseStartOptions(['--port', 'x'])).toThrow('"--port" is not understood');
    expect(() => parseStartOptions(['--prot', '1'])).toThrow('"--prot" is not understood');
  });
});

describe('the reports of the test runners', () => {
  const vitest = (change: object) =>
    JSON.stringify({
      numPassedTests: 3,
      numFailedTests: 0,
      numFailedTestSuites: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      success: true,
      ...change,
    });
  const playwright = (change: object, errors: unknown[] = []) =>
    JSON.stringify({ stats: { expected: 2, unexpected: 0, flaky: 0, skipped: 0, ...change }, errors });

  it('give the number of passed tests', () => {
    expect(vitestPassed(vitest({}))).toBe(3);
    expect(playwrightPassed(playwright({}))).toBe(2);
  });

  it('are refused where a test failed, was skipped or none ran', () => {
    expect(() => vitestPassed(vitest({ numFailedTests: 1 }))).toThrow('vitest: 1 failed');
    expect(() => vitestPassed(vitest({ numPendingTests: 2 }))).toThrow('vitest: 2 skipped');
    expect(() => vitestPassed(vitest({ numTodoTests: 1 }))).toThrow('vitest: 1 skipped');
    expect(() => vitestPassed(vitest({ numPassedTests: 0 }))).toThrow('vitest: no test ran');
    expect(() => playwrightPassed(playwright({ unexpected: 1 }))).toThrow('playwright: 1 failed');
    expect(() => playwrightPassed(playwright({ flaky: 1 }))).toThrow('playwright: 1 failed');
    expect(() => playwrightPassed(playwright({ skipped: 1 }))).toThrow('playwright: 1 skipped');
    expect(() => playwrightPassed(playwright({}, [{}]))).toThrow('playwright: 1 failed');
  });
});
