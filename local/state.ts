import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../src/base/is-alive.ts';
import { isJsonObject } from '../src/base/json.ts';

export class StateInUseError extends Error {
  override readonly name = 'StateInUseError';
}

const OWNER_FILE = 'owner.json';

/** The folder in which a local run keeps everything, and the small files that others find it by. */
export class LocalState {
  readonly dir: string;

  /** Makes the folder, for this user only. */
  constructor(dir: string) {
    this.dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    // A state folder must never be committed, wherever it was made.
    writeFileSync(join(dir, '.gitignore'), '*\n');
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** The JSON object in the file; undefined when there is none that can be read. */
  read(name: string): Record<string, unknown> | undefined {
    if (!existsSync(this.path(name))) return undefined;
    try {
      const value: unknown = JSON.parse(readFileSync(this.path(name), 'utf8'));
      return isJsonObject(value) ? value : undefined;
    } catch {
      // Torn by a crash or by hand: what is in these files can be made again.
      return undefined;
    }
  }

  /** Replaces the file as a whole; only this user may read it, because it may hold secrets. */
  write(name: string, value: object): void {
    const next = this.path(`${name}.next`);
    writeFileSync(next, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    chmodSync(next, 0o600);
    renameSync(next, this.path(name));
  }

  remove(name: string): void {
    rmSync(this.path(name), { force: true });
  }

  /** Makes this process the owner of the folder. Throws `StateInUseError` while another one that is alive has it. */
  claim(): void {
    const owner = this.read(OWNER_FILE)?.['pid'];
    if (typeof owner === 'number' && owner !== process.pid && isAlive(owner)) {
      throw new StateInUseError(
        `another local run (process ${owner}) uses ${this.dir}: stop it, or start with --state DIR`,
      );
    }
    this.write(OWNER_FILE, { pid: process.pid });
  }

  release(): void {
    this.remove(OWNER_FILE);
  }
}
