import { parseJson } from '../../base/json.ts';
import { isNestedDeeper } from '../../base/json-depth.ts';
import {
  isJsonType,
  isTextType,
  isUtf8Charset,
  type MediaType,
  parseMediaType,
} from '../../base/media-type.ts';
import { decodeUtf8, hasByteOrderMark } from '../../base/utf8.ts';
import { idempotencyKeyFault } from '../../domain/apps/idempotency-key.ts';
import type { Event } from '../../domain/events/event.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import { isBinaryMode, readAttributes } from './binary-mode.ts';
import { decodeBody } from './content-coding.ts';
import { inTrace } from './in-trace.ts';
import { type CloudEventDefaults, type CloudEventReading, readCloudEvent } from './read-cloud-event.ts';

/** A request body and what its headers say about it. */
export interface PublishRequest {
  readonly contentType: string | undefined;
  readonly body: Buffer;
  /** Lower-case names. `ce-…` headers make it a CloudEvent in binary mode. */
  readonly headers: { readonly [name: string]: string | undefined };
  readonly idempotencyKey: string | undefined;
}

/** Why a request yields no events. */
export interface PublishRefusal {
  readonly kind: 'malformed' | 'unsupported' | 'too-large';
  readonly message: string;
}

/** The publication that a request is addressed to. */
type Named = Pick<Publication, 'appId' | 'name'>;

export type RequestReading =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly refusal: PublishRefusal };

export interface ReadingContext {
  readonly nowMs: number;
  readonly newId: () => string;
  /** The largest body, before and after decompression. */
  readonly bodyBytesMax: number;
}

/** A batch is one queue message, so this only guards against absurd input; the byte limit applies first. */
export const PUBLISH_BATCH_MAX = 500;
/** Far deeper than any real event, and half of what a filter accepts. */
export const EVENT_DEPTH_MAX = 500;

/**
 * Recognises the CloudEvents HTTP bindings (structured, batched, binary) and the bare payload. The events belong to the
 * trace of the request, unless they name their own.
 */
export function readRequest(
  publication: Named,
  request: PublishRequest,
  context: ReadingContext,
): RequestReading {
  const reading = readEvents(publication, request, context);
  return reading.ok ? { ok: true, events: inTrace(reading.events, request.headers) } : reading;
}

function readEvents(
  publication: Named,
  request: PublishRequest,
  { nowMs, newId, bodyBytesMax }: ReadingContext,
): RequestReading {
  const { headers, contentType, idempotencyKey } = request;
  const keyFault = idempotencyKey === undefined ? undefined : idempotencyKeyFault(idempotencyKey);
  if (keyFault !== undefined) return malformed(keyFault);
  // The queue would refuse any event made from it, so it is not worth decompressing.
  if (request.body.length > bodyBytesMax) return tooLarge(bodyBytesMax);
  const decoded = decodeBody(request.body, headers['content-encoding'], bodyBytesMax);
  if (decoded.kind === 'too-large') return tooLarge(bodyBytesMax);
  if (decoded.kind !== 'decoded') return refuse(decoded.kind, decoded.message);
  const { body } = decoded;
  const hasType = contentType !== undefined && contentType.trim() !== '';
  const mediaType = hasType ? parseMediaType(contentType.trim()) : undefined;
  if (hasType && mediaType === undefined) {
    return refuse('unsupported', `expected a media type as Content-Type, found ${quoted(contentType)}`);
  }
  const defaults = { time: new Date(nowMs).toISOString(), subject: publication.name };
  if (mediaType?.essence.startsWith('application/cloudevents') === true) {
    return readStructured(mediaType, body, defaults);
  }
  if (isBinaryMode(headers)) return readBinary(mediaType, { ...request, body }, defaults);
  if (mediaType === undefined || !isJsonType(mediaType)) {
    const found = mediaType === undefined ? 'no Content-Type' : quoted(mediaType.essence);
    return refuse(
      'unsupported',
      `expected Content-Type application/json, application/cloudevents+json or application/cloudevents-batch+json, found ${found}: other data is taken with the ce-… headers of a CloudEvent in binary mode`,
    );
  }
  const data = parseJsonBody(mediaType, body);
  if (!data.ok) return data.reading;
  const bare: Event = {
    specversion: '1.0',
    id: idempotencyKey ?? newId(),
    source: sourceOf(publication),
    type: `app.published.${publication.name}`,
    ...defaults,
    datacontenttype: 'application/json',
    data: data.value,
  };
  return { ok: true, events: [bare] };
}

function readStructured(mediaType: MediaType, body: Buffer, defaults: CloudEventDefaults): RequestReading {
  const { essence } = mediaType;
  if (essence !== 'application/cloudevents+json' && essence !== 'application/cloudevents-batch+json') {
    return refuse('unsupported', `expected CloudEvents in their JSON format, found ${quoted(essence)}`);
  }
  const parsed = parseJsonBody(mediaType, body);
  if (!parsed.ok) return parsed.reading;
  return essence === 'application/cloudevents+json'
    ? single(readCloudEvent(parsed.value, defaults))
    : readBatch(parsed.value, (each) => readCloudEvent(each, defaults));
}

function readBinary(
  mediaType: MediaType | undefined,
  { headers, contentType, body }: PublishRequest,
  defaults: CloudEventDefaults,
): RequestReading {
  const read = readAttributes(headers);
  if (!read.ok) return malformed(read.message);
  // The reader treats JSON's `null` as an absent attribute.
  const attributes = { ...read.attributes, datacontenttype: contentType?.trim() || null };
  if (body.length === 0) return single(readCloudEvent(attributes, defaults));
  if (mediaType !== undefined && isJsonType(mediaType)) {
    const parsed = parseJsonBody(mediaType, body);
    return parsed.ok
      ? single(readCloudEvent({ ...attributes, data: parsed.value }, defaults))
      : parsed.reading;
  }
  return single(readCloudEvent({ ...attributes, ...dataOf(mediaType, body) }, defaults));
}

/** What an HTTP recipient assumes about bytes without a content type (RFC 9110, section 8.3). */
const UNDESCRIBED = 'application/octet-stream';

/** Data that is not JSON, as the JSON format of CloudEvents represents it: text as a string, bytes in base64. */
function dataOf(
  mediaType: MediaType | undefined,
  body: Buffer,
): { readonly data: string } | { readonly data_base64: string; readonly datacontenttype?: string } {
  if (mediaType === undefined) return { data_base64: body.toString('base64'), datacontenttype: UNDESCRIBED };
  const text = isTextType(mediaType) && isUtf8Charset(mediaType.charset) ? decodeUtf8(body) : undefined;
  return text === undefined ? { data_base64: body.toString('base64') } : { data: text };
}

function readBatch(value: unknown, read: (each: unknown) => CloudEventReading): RequestReading {
  if (!Array.isArray(value)) return malformed('expected a JSON array of CloudEvents, found something else');
  if (value.length > PUBLISH_BATCH_MAX) {
    return refuse(
      'too-large',
      `expected at most ${PUBLISH_BATCH_MAX} events in a batch, found ${value.length}`,
    );
  }
  const events: Event[] = [];
  for (const [index, each] of value.entries()) {
    const reading = read(each);
    if (!reading.ok) return malformed(`event ${index} of the batch: ${reading.message}`);
    events.push(reading.event);
  }
  return { ok: true, events };
}

function single(reading: CloudEventReading): RequestReading {
  return reading.ok ? { ok: true, events: [reading.event] } : malformed(reading.message);
}

/** The source (a URI reference) of events that an app publishes itself. */
function sourceOf(publication: Named): string {
  return `/tenants/${publication.appId}/publications/${encodeURIComponent(publication.name)}`;
}

type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reading: RequestReading };

function parseJsonBody({ charset }: MediaType, body: Buffer): JsonBody {
  const failed = (message: string): JsonBody => ({ ok: false, reading: malformed(message) });
  if (!isUtf8Charset(charset)) {
    const reading = refuse(
      'unsupported',
      `expected JSON in UTF-8, found charset ${String(charset).slice(0, 40)}`,
    );
    return { ok: false, reading };
  }
  const text = decodeUtf8(body);
  if (text === undefined) return failed('expected a JSON body in UTF-8, found other bytes');
  if (hasByteOrderMark(text)) return failed('expected JSON, found a byte order mark before it: leave it out');
  if (text.trim() === '') return failed('expected a JSON body, found an empty one');
  if (isNestedDeeper(text, EVENT_DEPTH_MAX)) {
    return failed(`expected JSON of at most ${EVENT_DEPTH_MAX} levels, found it nested deeper`);
  }
  try {
    return { ok: true, value: parseJson(text) };
  } catch (error) {
    return failed(`expected a JSON body: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function tooLarge(bytesMax: number): RequestReading {
  return refuse(
    'too-large',
    `expected a body of at most ${bytesMax} bytes, also when it is decompressed, found more`,
  );
}

function malformed(message: string): RequestReading {
  return refuse('malformed', message);
}

function refuse(kind: PublishRefusal['kind'], message: string): RequestReading {
  return { ok: false, refusal: { kind, message } };
}
