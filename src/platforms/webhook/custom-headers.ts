import { quoted } from '../../domain/fields.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

export interface CustomHeader {
  readonly name: string;
  readonly value: string;
}

export const CUSTOM_HEADERS_MAX = 20;
const NAME_LENGTH_MAX = 100;
/** The limit for all headers together as they are stored: KMS encrypts 4,096 bytes. */
const TOTAL_BYTES_MAX = 4_000;

/** An HTTP token (RFC 9110, section 5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Text that every receiver reads alike: visible ASCII, with spaces only inside. */
export const HEADER_TEXT = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** Headers of the delivery itself, of the connection, and of the CloudEvents and Standard Webhooks specifications. */
const RESERVED = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const RESERVED_PREFIXES = ['webhook-', 'ce-', 'proxy-'];

/** Headers such as `X-Key: abc`. A value may be a secret: a refusal quotes names only. */
export function readCustomHeaders(
  texts: readonly string[],
): { readonly kind: 'headers'; readonly headers: readonly CustomHeader[] } | Refusal {
  const headers: CustomHeader[] = [];
  const names = new Set<string>();
  const fault = (message: string) => refuse('unprocessable', message);
  if (texts.length > CUSTOM_HEADERS_MAX) {
    return fault(`expected at most ${CUSTOM_HEADERS_MAX} headers, found ${texts.length}`);
  }
  for (const text of texts) {
    const colon = text.indexOf(':');
    if (colon === -1) return fault('expected each header as "Name: value", found one without a colon');
    const name = text.slice(0, colon);
    const value = text.slice(colon + 1).trim();
    if (!NAME.test(name) || name.length > NAME_LENGTH_MAX) {
      return fault(
        `expected the name of a header, 1 to ${NAME_LENGTH_MAX} letters, digits and "-", found ${quoted(name)}`,
      );
    }
    const known = name.toLowerCase();
    if (RESERVED.has(known) || RESERVED_PREFIXES.some((prefix) => known.startsWith(prefix))) {
      return fault(
        `expected a header that is yours to choose, found ${name}, which every delivery sets itself`,
      );
    }
    if (names.has(known)) return fault(`expected each header once, found ${name} again`);
    names.add(known);
    if (/[\r\n]/.test(value))
      return fault(`expected the value of ${name} on one line, found a line break in it`);
    if (!HEADER_TEXT.test(value)) {
      return fault(`expected the value of ${name} as visible ASCII characters, found another text`);
    }
    headers.push({ name, value });
  }
  const bytes = Buffer.byteLength(customHeadersText(headers));
  if (bytes > TOTAL_BYTES_MAX) {
    return fault(`expected headers of at most ${TOTAL_BYTES_MAX} bytes together, found ${bytes}`);
  }
  return { kind: 'headers', headers };
}

/** The form that is encrypted: one text for all headers. */
export function customHeadersText(headers: readonly CustomHeader[]): string {
  return headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
}

export function parseCustomHeaders(text: string): readonly CustomHeader[] {
  return text.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon), value: line.slice(colon + 2) };
  });
}
