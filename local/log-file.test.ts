import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

let dir: string;
let path: string;
let log: LogFile;
const troubles: string[] = [];
const open = (fileBytesMax?: number) =>
  new LogFile({
    path,
    onTrouble: (sentence) => troubles.push(sentence),
    ...(fileBytesMax === undefined ? {} : { fileBytesMax }),
  });
const until = async (done: () => boolean) => {
  for (let tries = 0; tries < 500 && !done(); tries += 1) await sleep(10);
  expect(done()).toBe(true);
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-log-'));
  path = join(dir, 'sluice.log');
  troubles.length = 0;
  log = open();
});
afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true });
});

describe('the log file', () => {
  it('holds the lines in their order, a moment later, readable by its owner only', async () => {
    writeFileSync(path, 'of an earlier run\n', { mode: 0o644 });
    log.write('one');
    log.write('two');
    await until(() => readFileSync(path, 'utf8').endsWith('two\n'));
    log.write('three');
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe('of an earlier run\none\ntwo\nthree\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is put aside when it is full, and the oldest is removed', async () => {
    log = open(100);
    for (let n = 0; n < 20; n += 1) {
      log.write(`${n} `.padEnd(60, '.'));
      await log.close();
      log = open(100);
      log.write(`${n} again `.padEnd(60, '.'));
      await until(() => readFileSync(path, 'utf8').includes(`${n} again`));
    }
    // The writer tracks a file's size from its first line on: one file may hold two writers' lines.
    expect(readdirSync(dir).toSorted()).toEqual([
      'sluice.log',
      'sluice.log.1',
      'sluice.log.2',
      'sluice.log.3',
    ]);
    const kept = readdirSync(dir).map((name) => statSync(join(dir, name)).size);
    expect(Math.max(...kept)).toBeLessThan(200);
  });

  it('that cannot be written says so once, stops nothing, and goes on when it can be', async () => {
    // A folder in place of the file, which nobody can write to.
    mkdirSync(path);
    log.write('one');
    await until(() => troubles.length === 1);
    log.write('two');
    await sleep(1_200);
    expect(troubles).toEqual([expect.stringContaining(path)]);
    rmSync(path, { recursive: true });
    await until(
      () =>
        statSync(path, { throwIfNoEntry: false })?.isFile() === true &&
        readFileSync(path, 'utf8') === 'one\ntwo\n',
    );
  });

  it('keeps a bounded number of lines that cannot be written, and tells how many it dropped', async () => {
    mkdirSync(path);
    const line = 'x'.repeat(64 * 1024);
    for (let n = 0; n < 100; n += 1) log.write(line);
    await until(() => troubles.length === 1);
    rmSync(path, { recursive: true });
    // The last line reports the dropped lines.
    await until(
      () =>
        statSync(path, { throwIfNoEntry: false })?.isFile() === true &&
        readFileSync(path, 'utf8').includes('were dropped'),
    );
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const dropped = /(\d+) lines of the log were dropped/.exec(lines.at(-1) ?? '')?.[1];
    expect(lines.length - 1 + Number(dropped)).toBe(100);
    expect(lines.length).toBeLessThan(70);
  });
});
