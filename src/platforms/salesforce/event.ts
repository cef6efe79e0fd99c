import { parseRfc3339 } from '../../base/calendar.ts';
import { stableId } from '../../base/ids.ts';
import { isJsonObject } from '../../base/json.ts';
import type { Event } from '../../domain/events/event.ts';
import type { EventFormat } from '../../domain/feeds/feed.ts';
import { EVENTS_KEPT_MS } from '../../domain/feeds/feed-position-store.ts';
import type { DecodedData, EventCodec } from './avro.ts';

/** A raw event of the bus, as a subscription delivered it. */
export interface RawEvent {
  /** The event's UUID; set by the publisher, or by Salesforce. */
  readonly id: string;
  readonly schemaId: string;
  readonly payload: Buffer;
  readonly replayId: Buffer;
  /** By our clock; a publisher's time is checked against it. */
  readonly receivedAtMs: number;
}

/** What all events of a feed share. */
export interface EventOrigin {
  readonly topic: string;
  readonly source: string;
}

/** `//<instance host>/<org id>`: never empty, and identical however often an event is read. */
export function eventOrigin(topic: string, instanceUrl: string, orgId: string): EventOrigin {
  return { topic, source: `//${new URL(instanceUrl).host}/${orgId}` };
}

/**
 * Converts the event to a CloudEvent. Deterministic: reading it again gives the same result. Throws when the payload
 * does not fit its schema.
 */
export function toCloudEvent(
  raw: RawEvent,
  codec: EventCodec,
  origin: EventOrigin,
  format: EventFormat,
): Event {
  const data = format === 'json' ? codec.decodePlain(raw.payload) : codec.decodeWrapped(raw.payload);
  const replayId = raw.replayId.toString('base64');
  const id = raw.id === '' ? stableId(origin.source, origin.topic, replayId) : raw.id;
  return codec.isChangeEvent
    ? changeEvent(id, replayId, raw.schemaId, data, codec, origin)
    : platformEvent(id, replayId, raw, data, codec, origin);
}

function changeEvent(
  id: string,
  replayid: string,
  schemaid: string,
  data: DecodedData,
  codec: EventCodec,
  origin: EventOrigin,
): Event {
  const header = isJsonObject(data['ChangeEventHeader']) ? data['ChangeEventHeader'] : {};
  const { entityName, changeType, commitTimestamp, sequenceNumber, recordIds } = header;
  const entity = typeof entityName === 'string' ? entityName : codec.recordName;
  const key = Array.isArray(recordIds) ? recordIds[0] : undefined;
  return {
    specversion: '1.0',
    id,
    source: origin.source,
    type: `com.salesforce.cdc.${entity}.${typeof changeType === 'string' ? changeType : 'UNKNOWN'}`,
    subject: origin.topic,
    time: isoTime(commitTimestamp),
    datacontenttype: 'application/json',
    replayid,
    schemaid,
    sequence: sequenceText(sequenceNumber),
    partitionkey: typeof key === 'string' && key !== '' ? key : entity,
    data,
  };
}

function platformEvent(
  id: string,
  replayid: string,
  { schemaId, receivedAtMs }: RawEvent,
  data: DecodedData,
  codec: EventCodec,
  origin: EventOrigin,
): Event {
  return {
    specversion: '1.0',
    id,
    source: origin.source,
    type: `com.salesforce.platformevent.${codec.recordName}`,
    subject: origin.topic,
    time: publishedTime(data['CreatedDate'], receivedAtMs),
    datacontenttype: 'application/json',
    replayid,
    schemaid: schemaId,
    data,
  };
}

/** Its position inside the transaction, zero-padded so that the attribute compares as text. */
function sequenceText(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value).padStart(6, '0') : undefined;
}

const TIME_MS_MAX = 8.64e15;

function isoTime(value: unknown): string | undefined {
  if (typeof value !== 'number' || !(Math.abs(value) <= TIME_MS_MAX)) return undefined;
  return new Date(value).toISOString();
}

/** Correct publisher clocks differ by less than this. */
const CLOCK_SKEW_MS_MAX = 5 * 60_000;

/**
 * Salesforce accepts a publisher's `CreatedDate` unchecked, for example seconds instead of milliseconds. A time outside
 * the bus's retention period is not the event's time, which is then unknown.
 */
function publishedTime(value: unknown, receivedAtMs: number): string | undefined {
  if (typeof value !== 'number') return undefined;
  const ageMs = receivedAtMs - value;
  return ageMs <= EVENTS_KEPT_MS && ageMs >= -CLOCK_SKEW_MS_MAX ? isoTime(value) : undefined;
}

/** The event's time, in milliseconds since 1970. */
export function eventTimeMs(event: Event): number | undefined {
  return event.time === undefined ? undefined : parseRfc3339(event.time);
}
