import { isDeepStrictEqual } from 'node:util';
import type { NeutralEvent } from './cases.ts';
import type { Received } from './processes.ts';

/** The differences between what was sent and what arrived, in a few words; undefined if there are none. */
export function differenceOf(
  sent: NeutralEvent,
  received: Received,
  { keepsTypes }: { readonly keepsTypes: boolean },
): string | undefined {
  if (received.attributes === undefined) return `not read: ${received.error}`;
  const { extensions = {}, json, text, base64, ...attributes } = sent;
  const expected: Record<string, unknown> = { specversion: '1.0', ...attributes };
  // Headers are text: after a binary mode, only a value's canonical text remains.
  for (const [name, { value }] of Object.entries(extensions))
    expected[name] = keepsTypes ? value : String(value);
  const got = received.attributes;
  for (const name of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const value =
      keepsTypes || got[name] === undefined || got[name] === null
        ? (got[name] ?? undefined)
        : String(got[name]);
    if (!isSame(expected[name], value))
      return `${name}: expected ${JSON.stringify(expected[name])}, found ${JSON.stringify(value)}`;
  }
  const data = received.data === undefined ? undefined : Buffer.from(received.data, 'base64');
  if (json !== undefined) {
    const value = data === undefined ? undefined : parsed(data.toString('utf8'));
    return isDeepStrictEqual(value, json) ? undefined : `data: found ${shown(data)}`;
  }
  const bytes = base64 === undefined ? text && Buffer.from(text, 'utf8') : Buffer.from(base64, 'base64');
  if (bytes === undefined)
    return data === undefined ? undefined : `data: expected none, found ${shown(data)}`;
  return data?.equals(Buffer.from(bytes)) === true ? undefined : `data: found ${shown(data)}`;
}

/** The same point in time may be written differently. */
function isSame(expected: unknown, found: unknown): boolean {
  if (expected === found) return true;
  if (typeof expected !== 'string' || typeof found !== 'string' || !/^\d{4}-.*T/.test(expected)) return false;
  return Date.parse(expected) === Date.parse(found);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Invalid JSON is a difference like any other, and is reported.
    return undefined;
  }
}

function shown(data: Buffer | undefined): string {
  return data === undefined ? 'none' : JSON.stringify(data.toString('utf8').slice(0, 80));
}
