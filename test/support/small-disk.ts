import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small file system in memory. */
export interface SmallDisk {
  readonly dir: string;
  readOnly(): void;
  remove(): void;
}

/** Undefined where this user may not mount: the test then reports that it was skipped. */
export function mountSmallDisk(sizeMb: number): SmallDisk | undefined {
  if (process.platform !== 'linux') return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'sluice-disk-'));
  const mount = (options: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir]).status === 0;
  if (!mount(`size=${sizeMb}m`)) {
    rmSync(dir, { recursive: true });
    return undefined;
  }
  return {
    dir,
    readOnly: () => {
      spawnSync('mount', ['-o', 'remount,ro', dir]);
    },
    remove: () => {
      spawnSync('umount', ['--lazy', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
