import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { FileLock } from '../src/adapters/sqlite/file-lock.ts';
import { isJsonObject } from '../src/base/json.ts';
import { explainStateError, StateError } from './state-error.ts';

const OWNER_FILE = 'owner.json';
const LOCK_FILE = 'lock';
/** Every folder that a run has used contains one of these. */
const OWN_FILES = [LOCK_FILE, OWNER_FILE, 'local.json', 'admin.json'];
/** Its reader refuses the key if others could have read it. The file's mode tells, so it is left unchanged. */
const KEY_FILE = 'key';
/** The owner's mode bits; the others give access to other users. */
const OWNER_BITS = 0o700;
const MODE_BITS = 0o777;
const GIT_IGNORE = '.gitignore';

/** The folder that holds everything of a local run, with the small files through which others find the run. */
export class LocalState {
  readonly dir: string;
  readonly #onNews: (message: string) => void;
  #lock: FileLock | undefined;

  /**
   * Creates the folder. It and its contents are for this user only, even if it existed with another mode. Throws
   * `StateError` for a folder that cannot be used, or that holds another program's files.
   * @param onNews called if other users could read something, and for an unreadable file that is replaced
   */
  constructor(dir: string, onNews: (message: string) => void = () => {}) {
    this.dir = dir;
    this.#onNews = onNews;
    explaining(dir, () => {
      makeFolder(dir);
      refuseForeignFolder(dir);
      // A state folder must never be committed, wherever it was made.
      writeFileSync(join(dir, GIT_IGNORE), '*\n');
      // This also closes subfolders to others.
      const wasOpen = (statSync(dir).mode & ~OWNER_BITS & MODE_BITS) !== 0;
      chmodSync(dir, statSync(dir).mode & OWNER_BITS);
      const opened = readdirSync(dir).filter((name) => name !== KEY_FILE && closeToOthers(join(dir, name)));
      // On a system without such modes, such as Windows, the folder always looks open: there is nothing to report.
      const isClosed = (statSync(dir).mode & ~OWNER_BITS & MODE_BITS) === 0;
      if (isClosed && wasOpen && opened.some((name) => name !== GIT_IGNORE)) {
        onNews(`other users could read ${dir} (${opened.join(', ')}): it is for you only now`);
      }
    });
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** The JSON object in the file; undefined if none can be read. A damaged file is moved aside. */
  read(name: string): Record<string, unknown> | undefined {
    const path = this.path(name);
    if (!existsSync(path)) return undefined;
    const value = readJsonObject(path);
    if (value !== undefined) return value;
    renameSync(path, `${path}.damaged`);
    this.#onNews(`${path} was damaged: it is kept as ${name}.damaged, and a new one is made`);
    return undefined;
  }

  /** Replaces the whole file; only this user may read it, because it may contain secrets. */
  write(name: string, value: object): void {
    const next = this.path(`${name}.next`);
    explaining(this.dir, () => {
      writeFileSync(next, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
      chmodSync(next, 0o600);
      renameSync(next, this.path(name));
    });
  }

  /**
   * Makes this process the owner of the folder until it releases it or ends, however it ends. Throws `StateError` while
   * another process owns it.
   */
  claim(): void {
    const lockFile = this.path(LOCK_FILE);
    this.#lock = explaining(lockFile, () => FileLock.take(lockFile));
    if (this.#lock === undefined) {
      const owner = readJsonObject(this.path(OWNER_FILE))?.['pid'];
      const process = typeof owner === 'number' ? ` (process ${owner})` : '';
      throw new StateError(
        `another local run${process} uses ${this.dir}: stop it, or start with --state DIR to use another folder`,
      );
    }
    this.write(OWNER_FILE, { pid: process.pid });
  }

  release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }
}

function explaining<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainStateError(error, path);
  }
}

/** Like `mkdir -p`. Node's own version never returns if a file system refuses folders, as /proc does. */
function makeFolder(dir: string): void {
  if (existsSync(dir)) {
    if (statSync(dir).isDirectory()) return;
    throw new StateError(
      `expected a folder for the state, found a file: ${dir}. Start with --state DIR to use another`,
    );
  }
  const parent = dirname(dir);
  if (parent !== dir) makeFolder(parent);
  mkdirSync(dir, { mode: 0o700 });
}

/** Nobody knows whose files these are or what reads them, so nothing is written between them and their modes stay. */
function refuseForeignFolder(dir: string): void {
  const entries = readdirSync(dir).filter((entry) => !entry.startsWith('.'));
  if (entries.length === 0 || OWN_FILES.some((name) => entries.includes(name))) return;
  throw new StateError(
    `expected an empty folder or one that a local run has used, found other files in ${dir} (${entries[0]}): start with --state DIR to use another`,
  );
}

/** Does not follow links. Returns whether the file was open to others. */
function closeToOthers(path: string): boolean {
  // The CLI may have moved its draft of a file into place meanwhile.
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry?.isFile() !== true) return false;
  chmodSync(path, entry.mode & OWNER_BITS);
  return (entry.mode & ~OWNER_BITS & MODE_BITS) !== 0;
}

function readJsonObject(path: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    // Damaged by hand or by a power cut; the caller decides what to do. Any other error is rethrown.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
