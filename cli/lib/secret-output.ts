import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { type Command, Flags } from '@oclif/core';
import { expandHome } from '../../src/base/expand-home.ts';
import { Failure, UsageFailure } from './failure.ts';
import { readSecret } from './secret-input.ts';
import { STDIN } from './text-file.ts';

/** The flag that names a file for a secret that is shown once. */
export function secretFileFlag(what: string) {
  return Flags.string({
    description: `new file for ${what}, which only you can read`,
    helpValue: 'FILE',
    exclusive: ['json'],
  });
}

/** The flag that names a file for a secret to read or to write: afterwards the file holds it in either case. */
export function ownSecretFileFlag(what: string) {
  return Flags.string({
    description: `file that holds ${what}: one of your own if the file exists (- is stdin), or else a new one, in a file which only you can read`,
    helpValue: 'FILE',
  });
}

/**
 * Creates a resource with the secret from the file, if the file exists. Otherwise it writes the new secret to the file.
 * @param create receives the secret from the file, if the file exists
 */
export async function createWithOwnSecret<T>(
  path: string | undefined,
  flag: string,
  create: (ownSecret: string | undefined) => Promise<T>,
  secretOf: (created: T) => string | undefined,
): Promise<{ readonly created: T; readonly isOwn: boolean }> {
  if (path !== undefined && (path === STDIN || existsSync(expandHome(path)))) {
    return { created: await create(await readSecret(path, flag)), isOwn: true };
  }
  return { created: await createWithSecret(path, flag, () => create(undefined), secretOf), isOwn: false };
}

/** Whether a person is reading stdout now. Otherwise a secret would stay in a log or a recording of the terminal. */
export function isSeenByPerson(): boolean {
  return process.stdout.isTTY === true;
}

/** Checks, before anything is created, that a secret that is shown once has somewhere to go. */
export function expectPlaceForSecret(what: string, flag: string, hasPlace: boolean): void {
  if (hasPlace || isSeenByPerson()) return;
  throw new UsageFailure(
    `${what} is shown once, and nobody would see it: the output is no terminal. Say --json, or --${flag} FILE for a new file`,
  );
}

/**
 * Creates a resource that has a secret. Opens the file first, if one was named: a secret that cannot be stored is lost.
 * @param flag the flag that named the file, for messages
 * @param secretOf returns undefined if there is no secret to store; then no file remains either
 */
export async function createWithSecret<T>(
  path: string | undefined,
  flag: string,
  create: () => Promise<T>,
  secretOf: (created: T) => string | undefined,
): Promise<T> {
  if (path === undefined) return create();
  const file = openNewFile(path, flag);
  try {
    const created = await create();
    const secret = secretOf(created);
    if (secret === undefined) rmSync(expandHome(path), { force: true });
    else writeSync(file, `${secret}\n`);
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

/** Shows the public key of a publication with a key pair, and where to get it. Returns whether it has one. */
export function showPublicKey(
  command: Pick<Command, 'log' | 'logToStderr'>,
  params: object | undefined,
  apiUrl: string,
): boolean {
  const { public_key: key, jwks_path: path } = Object.fromEntries(Object.entries(params ?? {}));
  if (typeof key !== 'string') return false;
  command.log(key);
  command.logToStderr(
    `\nThe receiver verifies the webhook-signature header with this public key. It is no secret; ${apiUrl}${path} shows it to everybody who asks.`,
  );
  return true;
}

/** The flag that names the file of a signing secret. */
export const SECRET_FILE = 'secret-file';

/** Shows a secret this once, or says which file holds it. */
export function showSecret(
  command: Pick<Command, 'log' | 'logToStderr'>,
  secret: string,
  { text, file }: { readonly text: string; readonly file: string | undefined },
): void {
  if (file !== undefined) {
    command.logToStderr(`\n${text} It is kept in ${file}.`);
    return;
  }
  command.log(secret);
  command.logToStderr(`\n${text} It is shown this once: keep it now.`);
}
