import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseBase64 } from '../../base/base64.ts';

const KEY_BYTES = 32;
/** Permissions of anybody but the owner. */
const OTHERS_MASK = 0o077;

export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** Reads the key from the file, which is created if there is none. Throws `KeyFileError`. */
export function readOrMakeKeyFile(path: string): Buffer {
  return readKeyFile(path) ?? makeKeyFile(path);
}

function readKeyFile(path: string): Buffer | undefined {
  let text: string;
  try {
    // Windows has no such permissions to check.
    const mode = statSync(path).mode & 0o777;
    if (process.platform !== 'win32' && (mode & OTHERS_MASK) !== 0) {
      throw new KeyFileError(
        `expected the key file ${path} to have mode 600, found ${mode.toString(8)}: others may have read the key. Run "chmod 600 ${path}" if they have not`,
      );
    }
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const key = parseBase64(text);
  if (key?.length !== KEY_BYTES) {
    throw new KeyFileError(
      `expected the key file ${path} to hold ${KEY_BYTES} bytes in base64, found something else. What was encrypted with the former key is lost without it`,
    );
  }
  return key;
}

function makeKeyFile(path: string): Buffer {
  mkdirSync(dirname(path), { recursive: true });
  // The file is linked into place when it is complete: no process reads half a key, and if two processes create one,
  // the first one's counts.
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
  const key = readKeyFile(path);
  if (key === undefined) throw new KeyFileError(`expected the key file ${path} to stay, but it was removed`);
  return key;
}
