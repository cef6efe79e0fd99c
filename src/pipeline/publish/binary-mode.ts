import { decodePercent } from '../../base/percent.ts';
import { decodeUtf8 } from '../../base/utf8.ts';

// Binary mode of the CloudEvents HTTP binding: attributes are `ce-…` headers, the data is the body.

export type AttributesReading =
  | { readonly ok: true; readonly attributes: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string };

const PREFIX = 'ce-';
/** Any required attribute makes the request binary mode, so that a missing one is reported and not made up. */
const REQUIRED_HEADERS = ['ce-specversion', 'ce-id', 'ce-source', 'ce-type'] as const;

type Headers = { readonly [name: string]: string | undefined };

export function isBinaryMode(headers: Headers): boolean {
  return REQUIRED_HEADERS.some((name) => headers[name] !== undefined);
}

export function readAttributes(headers: Headers): AttributesReading {
  const attributes: Record<string, string> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(PREFIX) || value === undefined) continue;
    const name = header.slice(PREFIX.length);
    if (name === 'datacontenttype') {
      return { ok: false, message: `expected the media type as Content-Type, found the header ${header}` };
    }
    const decoded = decodeHeaderValue(value);
    if (decoded === undefined) {
      return {
        ok: false,
        message: `expected the header ${header} to be percent-encoded UTF-8, found other bytes in it`,
      };
    }
    attributes[name] = decoded;
  }
  return { ok: true, attributes };
}

/**
 * The attribute's value (HTTP binding, section 3.1.3.2): unquoted first, then percent-decoded once. A `%` without two
 * hex digits stays as it is, because some senders encode nothing. Undefined if the decoded bytes are not UTF-8.
 */
export function decodeHeaderValue(value: string): string | undefined {
  return decodePercent(unquoted(rawUtf8(value)).replace(/%(?![0-9A-Fa-f]{2})/g, '%25'));
}

/**
 * HTTP servers hand over each header byte as one character. Bytes that are valid UTF-8 are read as such, because some
 * SDKs send attributes unencoded; other bytes stay Latin-1.
 */
function rawUtf8(value: string): string {
  if (!/[\x80-\xff]/.test(value) || /[^\0-\xff]/.test(value)) return value;
  return decodeUtf8(Buffer.from(value, 'latin1')) ?? value;
}

/** Quoted strings of RFC 9110, section 5.6.4. An unpaired quotation mark is an ordinary character. */
function unquoted(value: string): string {
  return value.replace(/"((?:[^"\\]|\\.)*)"/g, (_quoted, inner: string) => inner.replace(/\\(.)/g, '$1'));
}
