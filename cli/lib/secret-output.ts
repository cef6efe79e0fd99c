import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { expandHome } from '../../src/base/expand-home.ts';
import { Failure, UsageFailure } from './failure.ts';

/** The flag by which a secret that is shown once goes to a file. */
export function secretFileFlag(what: string) {
  return Flags.string({
    description: `new file for ${what}, which only you can read`,
    helpValue: 'FILE',
    exclusive: ['json'],
  });
}

/** Whether somebody sees stdout now. Elsewhere a secret would stay in a log, or in a terminal's recording. */
export function isSeenByPerson(): boolean {
  return process.stdout.isTTY === true;
}

/** Before anything is made: a secret that is shown once must have somewhere to go. */
export function expectPlaceForSecret(what: string, flag: string, hasPlace: boolean): void {
  if (hasPlace || isSeenByPerson()) return;
  throw new UsageFailure(
    `${what} is shown once, and nobody would see it: the output is no terminal. Say --json, or --${flag} FILE for a new file`,
  );
}

/**
 * Creates what has a secret. The file for it, if one was named, is opened beforehand: a secret that cannot be kept is lost.
 * @param flag the flag that named the file, for messages
 */
export async function createWithSecret<T>(
  path: string | undefined,
  flag: string,
  create: () => Promise<T>,
  secretOf: (created: T) => string,
): Promise<T> {
  if (path === undefined) return create();
  const file = openNewFile(path, flag);
  try {
    const created = await create();
    writeSync(file, `${secretOf(created)}\n`);
    return created;
  } catch (error) {
    rmSync(expandHome(path), { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

function openNewFile(path: string, flag: string): number {
  try {
    return openSync(expandHome(path), 'wx', 0o600);
  } catch (error) {
    throw new Failure(
      `--${flag}: expected the name of a new file, cannot make ${path} (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}
