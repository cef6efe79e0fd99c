import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts';
import { isNestedDeeper } from '../../base/json-depth.ts';
import { isJsonType, isTextType, isUtf8Charset, parseMediaType } from '../../base/media-type.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import type { Event } from '../../domain/events/event.ts';
import { INBOUND_EVENTS_MAX } from '../../domain/subscriptions/inbound.ts';
import type { WebhookSubscription } from '../../domain/subscriptions/subscription.ts';
import { isBinaryMode } from '../publish/binary-mode.ts';
import { decodeBody } from '../publish/content-coding.ts';
import { inTrace } from '../publish/in-trace.ts';
import {
  EVENT_DEPTH_MAX,
  type PublishRefusal,
  type RequestReading,
  readRequest,
} from '../publish/read-request.ts';
import type { AttributeMapping } from './attribute-mapping.ts';

export interface InboundRequest {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as received. */
  readonly body: Buffer;
}

export interface InboundReading {
  readonly nowMs: number;
  readonly newId: () => string;
  readonly bodyBytesMax: number;
  /** The type of an event that is not a CloudEvent; undefined: the usual types. */
  readonly typeMapping: AttributeMapping | undefined;
  readonly idMapping: AttributeMapping | undefined;
}

/** The longest type or id. */
const ATTRIBUTE_LENGTH_MAX = 1_000;

/**
 * Reads CloudEvents in any of their HTTP bindings, unchanged; any other request becomes one event whose data is the
 * body, or several events of a data action.
 */
export function readInbound(
  subscription: WebhookSubscription,
  { headers, body }: InboundRequest,
  reading: InboundReading,
): RequestReading {
  const { nowMs, newId, bodyBytesMax } = reading;
  const contentType = headers['content-type'];
  if (contentType?.trim().toLowerCase().startsWith('application/cloudevents') || isBinaryMode(headers)) {
    const request = { contentType, body, headers, idempotencyKey: undefined };
    return readRequest(subscription, request, { nowMs, newId, bodyBytesMax });
  }
  if (body.length > bodyBytesMax) return tooLarge(bodyBytesMax);
  const decoded = decodeBody(body, headers['content-encoding'], bodyBytesMax);
  if (decoded.kind === 'too-large') return tooLarge(bodyBytesMax);
  if (decoded.kind !== 'decoded') return refuse(decoded.kind, decoded.message);
  const payload = readPayload(contentType, decoded.body);
  if ('refusal' in payload) return { ok: false, refusal: payload.refusal };
  const payloads = subscription.verify === 'data-cloud' ? actionsOf(payload) : [payload];
  if (payloads.length > INBOUND_EVENTS_MAX) {
    return refuse('too-large', `expected at most ${INBOUND_EVENTS_MAX} events, found ${payloads.length}`);
  }
  const events: Event[] = [];
  for (const each of payloads) {
    const event = eventOf(subscription, headers, each, reading);
    if ('refusal' in event) return { ok: false, refusal: event.refusal };
    events.push(event.event);
  }
  return { ok: true, events: inTrace(events, headers) };
}

type Payload = Pick<Event, 'data' | 'data_base64' | 'datacontenttype'>;

function readPayload(
  contentType: string | undefined,
  body: Buffer,
): Payload | { readonly refusal: PublishRefusal } {
  const mediaType = parseMediaType(contentType?.trim() ?? '');
  const text = decodeUtf8(body);
  const claimsJson = mediaType !== undefined && isJsonType(mediaType);
  if (text !== undefined && text !== '' && (mediaType === undefined || claimsJson)) {
    if (isNestedDeeper(text, EVENT_DEPTH_MAX)) {
      return malformed(`expected JSON of at most ${EVENT_DEPTH_MAX} levels, found it nested deeper`);
    }
    try {
      return { data: parseJson(text), datacontenttype: 'application/json' };
    } catch (error) {
      // If the sender does not declare a content type, the body may be any text.
      if (claimsJson) {
        return malformed(`expected a JSON body: ${error instanceof Error ? error.message : 'unreadable'}`);
      }
    }
  }
  if (body.length === 0) return {};
  if (claimsJson) return malformed('expected a JSON body in UTF-8, found other bytes');
  const type = mediaType === undefined ? undefined : contentType?.trim();
  if (
    text !== undefined &&
    (mediaType === undefined || (isTextType(mediaType) && isUtf8Charset(mediaType.charset)))
  ) {
    return { data: text, datacontenttype: type ?? 'text/plain' };
  }
  return { data_base64: body.toString('base64'), datacontenttype: type ?? 'application/octet-stream' };
}

/** A data action of Data Cloud sends several changes at once. */
function actionsOf(payload: Payload): readonly Payload[] {
  const { data } = payload;
  const events = isJsonObject(data) ? data['events'] : undefined;
  return Array.isArray(events) && events.length > 0
    ? events.map((each) => ({ data: each, datacontenttype: 'application/json' }))
    : [payload];
}

function eventOf(
  subscription: WebhookSubscription,
  headers: InboundRequest['headers'],
  payload: Payload,
  { nowMs, newId, typeMapping, idMapping }: InboundReading,
): { readonly event: Event } | { readonly refusal: PublishRefusal } {
  const { appId, name } = subscription;
  const body = isJsonObject(payload.data) ? payload.data : {};
  const usual = USUAL[subscription.verify](headers, body);
  const attribute = (what: string, mapping: AttributeMapping | undefined, otherwise: string) => {
    if (mapping === undefined) return { ok: true, text: otherwise } as const;
    const outcome = mapping.run(payload.data, headers);
    if (!outcome.ok) return { ok: false, message: `the ${what} of the event: ${outcome.message}` } as const;
    return outcome.text === undefined
      ? ({ ok: false, message: `expected the mapping of the ${what} to give a text, found none` } as const)
      : ({ ok: true, text: outcome.text } as const);
  };
  const type = attribute('type', typeMapping, usual.type ?? `app.received.${name}`);
  if (!type.ok) return malformed(type.message);
  const id = attribute('id', idMapping, usual.id ?? newId());
  if (!id.ok) return malformed(id.message);
  for (const [what, text] of [
    ['type', type.text],
    ['id', id.text],
  ] as const) {
    if (!isAttribute(text)) {
      return malformed(
        `expected a ${what} of 1 to ${ATTRIBUTE_LENGTH_MAX} characters without control characters, found another text`,
      );
    }
  }
  return {
    event: {
      specversion: '1.0',
      id: id.text,
      source: `/tenants/${appId}/subscriptions/${encodeURIComponent(name)}`,
      type: type.text,
      subject: name,
      time: new Date(nowMs).toISOString(),
      ...payload,
    },
  };
}

interface UsualAttributes {
  readonly type?: string | undefined;
  readonly id?: string | undefined;
}

/** Where each kind of sender states an event's type, and the id that identifies a repeat. */
const USUAL: Readonly<
  Record<
    WebhookSubscription['verify'],
    (headers: InboundRequest['headers'], body: JsonObject) => UsualAttributes
  >
> = {
  'standard-webhooks': (headers, body) => ({ id: headers['webhook-id'], type: textOf(body['type']) }),
  'data-cloud': (_headers, body) => {
    const change = textOf(body['EventPrompt']) ?? textOf(body['EventType']);
    return {
      id: textOf(body['EventUuid']),
      type: `com.salesforce.datacloud.action${change === undefined ? '' : `.${change}`}`,
    };
  },
  github: (headers, body) => {
    const event = headers['x-github-event'];
    const action = textOf(body['action']);
    return {
      id: headers['x-github-delivery'],
      type: event && `com.github.${event}${action === undefined ? '' : `.${action}`}`,
    };
  },
  token: keyed,
  none: keyed,
};

function keyed(headers: InboundRequest['headers']): UsualAttributes {
  return { id: headers['webhook-id'] ?? headers['idempotency-key'] };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isAttribute(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= ATTRIBUTE_LENGTH_MAX &&
    text.isWellFormed() &&
    !/[\p{Cc}\p{Noncharacter_Code_Point}]/u.test(text)
  );
}

function malformed(message: string): { readonly refusal: PublishRefusal } {
  return { refusal: { kind: 'malformed', message } };
}

function tooLarge(bytesMax: number): RequestReading {
  return refuse(
    'too-large',
    `expected a body of at most ${bytesMax} bytes, also when it is decompressed, found more`,
  );
}

function refuse(kind: PublishRefusal['kind'], message: string): RequestReading {
  return { ok: false, refusal: { kind, message } };
}
