import { KeyFileError } from '../src/adapters/local-key/key-file.ts';
import { DatabaseFileError } from '../src/adapters/sqlite/database.ts';
import { StorageFullError } from '../src/domain/storage-full.ts';

/** The state folder cannot be used; the message says why and what to do. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

const ELSEWHERE = 'or start with --state DIR to use another folder';
const NOT_ALLOWED = `this user may not write there. Give it to this user (chown), ${ELSEWHERE}`;
/** By the system's error code: what is wrong and what to do. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: `its file system is read-only. Make it writable, ${ELSEWHERE}`,
  ENOSPC: `its disk is full. Make room, ${ELSEWHERE} on another disk`,
  EDQUOT: `this user's share of its disk is full. Make room, ${ELSEWHERE} on another disk`,
  EIO: `its disk cannot be read or written. Mend it, ${ELSEWHERE} on another disk`,
  ENOENT: `its file system lets nobody make it. Name another path, ${ELSEWHERE}`,
  ENOTDIR: `a part of its path is a file. Name another path, ${ELSEWHERE}`,
  EISDIR: `a folder stands where a file should be. Move it away, ${ELSEWHERE}`,
  DAMAGED: `it is damaged, or of another program. Move it away, ${ELSEWHERE}`,
};

/** Network errors use the same codes: a port below 1024 gives `EACCES`, too. */
const NETWORK_CALLS = ['listen', 'bind', 'connect'];

/** SQLite's codes for errors that are not our bugs. */
const SQLITE_REASONS: Readonly<Record<number, keyof typeof REASONS>> = {
  8: 'EROFS',
  10: 'EIO',
  11: 'DAMAGED',
  13: 'ENOSPC',
  14: 'EACCES',
  26: 'DAMAGED',
};

/** Explains an error with a file or folder of the state: a sentence for a known cause, else the error itself. */
export function explainStateError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || isForPeople(error)) return error;
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new StateError(`${path} cannot be used for the state: ${reason}`, { cause: error });
}

/** Whether the message is complete: what was expected, what was found and what to do. */
export function isForPeople(error: unknown): error is Error {
  return (
    error instanceof StateError ||
    error instanceof KeyFileError ||
    error instanceof DatabaseFileError ||
    error instanceof StorageFullError
  );
}

function reasonOf(error: Error): string | undefined {
  if ('errcode' in error && typeof error.errcode === 'number') {
    // The low byte is the kind of error; the rest is detail.
    return REASONS[SQLITE_REASONS[error.errcode & 0xff] ?? ''];
  }
  const isOfNetwork = 'syscall' in error && NETWORK_CALLS.includes(String(error.syscall));
  if ('code' in error && typeof error.code === 'string' && !isOfNetwork) return REASONS[error.code];
  return error.cause instanceof Error ? reasonOf(error.cause) : undefined;
}
