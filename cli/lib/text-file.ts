import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { expandHome } from '../../src/base/expand-home.ts';
import { Failure } from './failure.ts';

/** Stands for standard input in place of a file. */
export const STDIN = '-';

/** Decodes what editors write: UTF-8 with or without a byte-order mark, UTF-16 with one, and LF, CRLF or CR. */
export function decodeText(bytes: Buffer, from: string): string {
  const encoding = encodingOf(bytes);
  try {
    // The decoder removes the byte-order mark.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, '\n');
  } catch {
    // The decoder's own message names neither the file nor a remedy.
    throw new Failure(
      `${from}: expected text in UTF-8 or UTF-16, found bytes that are neither: save it as UTF-8`,
    );
  }
}

function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/** The text of the file that a flag names. Throws a `Failure` that names the flag and the file. */
export function readTextFile(path: string, flag: string): string {
  return decodeText(readBytes(path, flag), path);
}

/** Like `readTextFile`, and reads standard input for `-`. */
export async function readTextFileOrStdin(path: string, flag: string): Promise<string> {
  return path === STDIN ? readStdin() : readTextFile(path, flag);
}

export async function readStdin(): Promise<string> {
  return decodeText(await buffer(process.stdin), 'stdin');
}

function readBytes(path: string, flag: string): Buffer {
  try {
    return readFileSync(expandHome(path));
  } catch (error) {
    throw new Failure(
      `--${flag}: cannot read ${path} (${error instanceof Error ? error.message : 'unknown error'})`,
    );
  }
}
