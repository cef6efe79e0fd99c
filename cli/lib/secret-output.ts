import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { type Command, Flags } from '@oclif/core';
import { expandHome } from '../../src/base/expand-home.ts';
import { Failure, UsageFailure } from './failure.ts';
import { readSecret } from './secret-input.ts';
import { STDIN } from './text-file.ts';

/** The flag by which a secret that is shown once goes to a file. */
export function secretFileFlag(what: string) {
  return Flags.string({
    description: `new file for ${what}, which only you can read`,
    helpValue: 'FILE',
    exclusive: ['json'],
  });
}

/** The flag by which a secret comes from a file, or goes to one: afterwards, the file holds it in any case. */
export function ownSecretFileFlag(what: string) {
  return Flags.string({
    description: `file that holds ${what}: one of your own if the file exists (- is stdin), or else a new one, in a file which only you can read`,
    helpValue: 'FILE',
  });
}

/**
 * Creates what has a secret, with that of the file if it exists. A new secret goes into the file.
 * @param create with the secret of the file, if it exists
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
 * @param secretOf undefined where nothing is to be kept: then there is no file either
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

/** Shows the public key of a publication that signs by a key pair, and where it is to be had. Answers whether it has one. */
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

/** Shows a secret that is shown once, or says where it is kept. */
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
