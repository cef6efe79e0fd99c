import type { CloudEvent } from './cloud-event.ts';
import { InvalidWebhookError } from './errors.ts';
import { type Integers, parseJson } from './json.ts';

// The HTTP binding of CloudEvents 1.0 in its three modes: structured, batched, binary.

type Headers = ReadonlyMap<string, string>;

/** Reads the events in a body whose signature was verified. */
export function readEvents(headers: Headers, body: Uint8Array, integers: Integers): readonly CloudEvent[] {
  const contentType = headers.get('content-type');
  const { essence } = mediaTypeOf(contentType);
  if (essence === 'application/cloudevents-batch+json') {
    const values = jsonOf(body, integers);
    if (!Array.isArray(values)) throw unreadable('a JSON array of CloudEvents, found another value');
    return values.map((value) => eventOf(value));
  }
  if (essence === 'application/cloudevents+json') return [eventOf(jsonOf(body, integers))];
  if (!headers.has('ce-specversion')) {
    throw unreadable(
      `a CloudEvent (application/cloudevents+json, or ce-… headers), found the content type ${JSON.stringify(contentType ?? '')}`,
    );
  }
  return [eventOf({ ...attributesOf(headers), ...dataOf(contentType, body, integers) })];
}

function attributesOf(headers: Headers): Record<string, string> {
  const attributes: [string, string][] = [];
  for (const [header, value] of headers) {
    if (header.startsWith('ce-')) attributes.push([header.slice('ce-'.length), decodeHeader(header, value)]);
  }
  return Object.fromEntries(attributes);
}

/** Unquotes, then percent-decodes once (HTTP binding, section 3.1.3.2). A `%` that encodes nothing is literal. */
function decodeHeader(header: string, value: string): string {
  const unquoted = value.replace(/"((?:[^"\\]|\\.)*)"/g, (_quoted, inner: string) =>
    inner.replace(/\\(.)/g, '$1'),
  );
  try {
    return decodeURIComponent(unquoted.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch (cause) {
    throw unreadable(`the header ${header} to be percent-encoded UTF-8, found other bytes in it`, cause);
  }
}

/** JSON becomes its value, other text a string, and everything else base64, as in the JSON format. */
function dataOf(contentType: string | undefined, body: Uint8Array, integers: Integers): object {
  const type = contentType === undefined || contentType === '' ? {} : { datacontenttype: contentType };
  if (body.length === 0) return type;
  const { essence, charset } = mediaTypeOf(contentType);
  if (essence.endsWith('/json') || essence.endsWith('+json'))
    return { ...type, data: jsonOf(body, integers) };
  const isText = essence.startsWith('text/') || essence === 'application/xml' || essence.endsWith('+xml');
  const text = isText && /^(?:utf-?8|us-ascii)?$/.test(charset) ? utf8Of(body) : undefined;
  if (text !== undefined) return { ...type, data: text };
  return { ...type, data_base64: Buffer.from(body.buffer, body.byteOffset, body.length).toString('base64') };
}

function mediaTypeOf(contentType = ''): { readonly essence: string; readonly charset: string } {
  const [essence = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  return { essence: essence.trim(), charset: (charset ?? '').slice('charset='.length).replaceAll('"', '') };
}

function jsonOf(body: Uint8Array, integers: Integers): unknown {
  const text = utf8Of(body);
  if (text === undefined) throw unreadable('JSON in UTF-8, found other bytes');
  try {
    return parseJson(text, integers);
  } catch (cause) {
    throw unreadable('JSON, found a text that is none', cause);
  }
}

/** Undefined for bytes that are not UTF-8, which a lenient decoder would replace. */
function utf8Of(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    // A fatal decoder throws only for invalid UTF-8.
    return undefined;
  }
}

function eventOf(value: unknown): CloudEvent {
  if (isEvent(value)) return value;
  throw unreadable('CloudEvents 1.0 with "specversion", "id", "source" and "type", found another value');
}

function isEvent(value: unknown): value is CloudEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { specversion, id, source, type }: Record<string, unknown> = { ...value };
  return specversion === '1.0' && [id, source, type].every((each) => typeof each === 'string' && each !== '');
}

function unreadable(expected: string, cause?: unknown): InvalidWebhookError {
  const options = cause === undefined ? undefined : { cause };
  return new InvalidWebhookError(
    'body',
    `expected ${expected}: the signature is right, so look at what the publication sends`,
    options,
  );
}
