import { quoteStart } from '../../text.ts';
import type { KernelResult } from './kernel-result.ts';

// Go's strconv.ParseInt and ParseUint with base 0. The prefix of the text gives the base, and underscores may group digits if there is such
// a prefix (a leading 0 means octal).

const BASES: ReadonlyMap<string, { readonly digits: RegExp; readonly prefix: string }> = new Map([
  ['0x', { digits: /^[0-9a-f]+$/i, prefix: '0x' }],
  ['0o', { digits: /^[0-7]+$/, prefix: '0o' }],
  ['0b', { digits: /^[01]+$/, prefix: '0b' }],
]);

function parseMagnitude(text: string): bigint | undefined {
  if (text === '' || /__|_$|^_/.test(text)) return undefined;
  const base = BASES.get(text.slice(0, 2).toLowerCase());
  if (base !== undefined) {
    const digits = text.slice(2).replaceAll('_', '');
    return base.digits.test(digits) ? BigInt(base.prefix + digits) : undefined;
  }
  const digits = text.replaceAll('_', '');
  if (text.startsWith('0') && text.length > 1)
    return /^[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : undefined;
  return /^[0-9]+$/.test(digits) ? BigInt(digits) : undefined;
}

// Far more digits than any 64-bit number has. A longer text is out of range and is not read.
const LENGTH_MAX = 200;

function parse(
  text: string,
  name: 'ParseInt' | 'ParseUint',
  low: bigint,
  high: bigint,
): KernelResult<bigint> {
  const refuse = (why: string): KernelResult<bigint> => ({
    ok: false,
    message: `strconv.${name}: parsing ${quoteStart(text)}: ${why}`,
  });
  const signed = name === 'ParseInt' && /^[+-]/.test(text);
  const body = signed ? text.slice(1) : text;
  if (body.length > LENGTH_MAX)
    return refuse(/^[0-9a-fxob_]+$/i.test(body) ? 'value out of range' : 'invalid syntax');
  const magnitude = parseMagnitude(body);
  if (magnitude === undefined) return refuse('invalid syntax');
  const value = text.startsWith('-') ? -magnitude : magnitude;
  return value < low || value > high ? refuse('value out of range') : { ok: true, value };
}

export function parseGoInt(text: string): KernelResult<bigint> {
  return parse(text, 'ParseInt', -(2n ** 63n), 2n ** 63n - 1n);
}

export function parseGoUint(text: string): KernelResult<bigint> {
  return parse(text, 'ParseUint', 0n, 2n ** 64n - 1n);
}
