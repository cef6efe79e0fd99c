import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database, DatabaseFileError } from './database.ts';

describe('the database file of a local run', () => {
  let dir: string;
  let path: string;
  const opened: Database[] = [];
  const open = () => {
    const database = Database.open(path);
    opened.push(database);
    return database;
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-database-'));
    path = join(dir, 'sluice.db');
  });
  afterEach(() => {
    for (const database of opened.splice(0)) database.close();
    rmSync(dir, { recursive: true });
  });

  it('keeps what was written once the promise is settled, also when nobody closes it', async () => {
    const writer = open();
    await writer.write(() => {
      writer.run('CREATE TABLE numbers (n INTEGER)');
      writer.run('INSERT INTO numbers VALUES (?)', 1);
    });
    expect(open().all('SELECT n FROM numbers')).toEqual([expect.objectContaining({ n: 1 })]);
  });

  it('undoes only the work that throws, of all that shares a transaction', async () => {
    const database = open();
    await database.write(() => database.run('CREATE TABLE numbers (n INTEGER)'));
    const insert = (n: number, fails: boolean) =>
      database.write(() => {
        database.run('INSERT INTO numbers VALUES (?)', n);
        if (fails) throw new Error(`no ${n}`);
        return n;
      });
    const settled = await Promise.allSettled([insert(1, false), insert(2, true), insert(3, false)]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(database.all('SELECT n FROM numbers ORDER BY n').map(({ n }) => n)).toEqual([1, 3]);
  });

  it('gives back what a rush has taken, but for a reserve, in parts', async () => {
    const database = open();
    const pages = () => Number(database.get('PRAGMA page_count')?.['page_count']);
    const before = pages();
    await database.write(() => {
      database.run('CREATE TABLE texts (text TEXT)');
      for (let i = 0; i < 60; i += 1) database.run('INSERT INTO texts VALUES (?)', 'x'.repeat(1_000_000));
    });
    await database.write(() => database.run('DELETE FROM texts'));
    const full = pages();
    await database.write(() => database.releaseFreePages());
    expect(full - pages()).toBeGreaterThan(1_000);
    expect(full - pages()).toBeLessThan(5_000);
    for (let i = 0; i < 5; i += 1) await database.write(() => database.releaseFreePages());
    expect(pages() - before).toBeGreaterThan(1_000);
    expect(pages() - before).toBeLessThan(1_100);
  });

  it('is readable by its owner only, also where a file of another mode was', async () => {
    writeFileSync(path, '', { mode: 0o644 });
    const database = open();
    await database.write(() => database.run('CREATE TABLE numbers (n INTEGER)'));
    for (const name of ['sluice.db', 'sluice.db-wal', 'sluice.db-shm']) {
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    }
  });

  it.each([
    ['no database', () => writeFileSync(path, 'not a database '.repeat(1_000))],
    ['a database of another program', () => makeDatabase('CREATE TABLE theirs (n INTEGER)')],
    [
      'a later version of the tables',
      () => makeDatabase('CREATE TABLE t (n); PRAGMA application_id = 0x736c6365; PRAGMA user_version = 999'),
    ],
  ])('refuses %s with a sentence that names the file', (_what, make) => {
    make();
    expect(() => open()).toThrow(DatabaseFileError);
    expect(() => open()).toThrow(/sluice\.db: expected .* found .*(--state DIR)/s);
  });

  function makeDatabase(sql: string): void {
    const other = new DatabaseSync(path);
    other.exec(sql);
    other.close();
  }
});
