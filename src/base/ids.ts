import { hash, randomBytes, randomUUID } from 'node:crypto';

/** A new random UUID (version 4), lower case. */
export function newUuid(): string {
  return randomUUID();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** `bytes` random bytes as base64url text. */
export function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** `bytes` random bytes as base64 text. */
export function randomBase64(bytes: number): string {
  return randomBytes(bytes).toString('base64');
}

/** SHA-256 of the text in hex; this is how tokens and passwords of full entropy are stored. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}

/**
 * A short id (22 characters, base64url) that is the same for the same parts. Parts are length-prefixed, so ("ab","c")
 * and ("a","bc") differ. It never begins with "-", which a command line would take for a flag.
 */
export function stableId(...parts: readonly string[]): string {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return hash('sha256', text, 'base64url').slice(0, STABLE_ID_LENGTH).replace(/^-/, '_');
}

/** 132 bits, so collisions do not occur. */
const STABLE_ID_LENGTH = 22;
