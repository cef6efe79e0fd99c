import { parseBase64 } from '../../base/base64.ts';
import { sha256Hex } from '../../base/ids.ts';
import { type Event, EventFormatError, parseEvent } from '../events/event.ts';
import type { QuarantinedEvent, QuarantineRecord } from '../feeds/quarantine-store.ts';
import type { DeliveryFilter } from './delivery-filter.ts';

/** Which events are erased: those of a subject, with an id, or in which a Salesforce record is named. */
export const ERASURE_SELECTORS = ['subject', 'event-id', 'record'] as const;
export type ErasureSelector = (typeof ERASURE_SELECTORS)[number];

export interface ErasureTarget {
  readonly by: ErasureSelector;
  readonly value: string;
}

/** What a redrive that erases knows besides. */
export interface Erasure {
  readonly by: ErasureSelector;
  /** Gone once the erasure has ended: what was to be erased shall not stay in its own record. */
  readonly value?: string | undefined;
  /** Tells whoever has the value, and the id of the redrive, that this erasure was of it. */
  readonly valueHash: string;
  /** Deliveries come first, then the quarantine. */
  readonly stage: 'deliveries' | 'quarantine';
  /** The event in quarantine after which the search goes on. */
  readonly quarantineAfter?: { readonly feedId: string; readonly cursor: string } | undefined;
  readonly quarantineCount: number;
  /** Entries of the history; absent where no history is kept beside the log. */
  readonly historyCount?: number | undefined;
  /** Of the last events that subscriptions keep. */
  readonly keptCount?: number | undefined;
  readonly deadLetters: ErasedDeadLetters;
}

export interface ErasedDeadLetters {
  readonly count: number;
  /** With events of others in the same message, so that it stays. */
  readonly mixedCount: number;
  /** Whether all dead letters were looked at. */
  readonly isComplete: boolean;
}

/** With the id of the redrive in it, so that the same value has another hash in each. */
export function erasureHash(redriveId: string, value: string): string {
  return sha256Hex(`${redriveId}:${value}`);
}

/** Without the value that it searched for. */
export function endedErasure(erasure: Erasure): Erasure {
  return { ...erasure, value: undefined, quarantineAfter: undefined };
}

const RECORD_ID = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;

export function isRecordId(text: string): boolean {
  return RECORD_ID.test(text);
}

/** What of it the list of deliveries can find; whether an event names a record, only the event itself can say. */
export function listedFilter({ by, value }: ErasureTarget): DeliveryFilter {
  switch (by) {
    case 'subject':
      return { eventSubject: value };
    case 'event-id':
      return { eventId: value };
    case 'record':
      return {};
  }
}

export function isEventErased(eventJson: string, target: ErasureTarget): boolean {
  const { by, value } = target;
  // Most events need no parsing: letters and digits are never escaped in what `eventJson` wrote.
  if (by === 'record' && !eventJson.includes(recordKey(value)) && !eventJson.includes('"data_base64"')) {
    return false;
  }
  const event = parseEvent(eventJson);
  switch (by) {
    case 'subject':
      return event.subject === value;
    case 'event-id':
      return event.id === value;
    case 'record':
      return namesRecord(event, value);
  }
}

/** As `isEventErased`; of what nobody can parse, any mention of the value is enough: it must not end the work on all others. */
export function isStoredErased(eventJson: string, target: ErasureTarget): boolean {
  try {
    return isEventErased(eventJson, target);
  } catch (error) {
    if (!(error instanceof EventFormatError)) throw error;
    return eventJson.includes(target.by === 'record' ? recordKey(target.value) : target.value);
  }
}

/** Whether erasing by this needs the payload of an event in quarantine. */
export function needsPayload({ by }: ErasureTarget): boolean {
  return by === 'record';
}

/** An event that nobody could decode: its subject would have been its topic, and texts are in Avro as they are. */
export function isQuarantinedErased(
  event: QuarantineRecord | QuarantinedEvent,
  { by, value }: ErasureTarget,
): boolean {
  switch (by) {
    case 'subject':
      return event.topic === value;
    case 'event-id':
      return event.eventId === value;
    case 'record':
      // The byte before a text is its length, which may look like a letter: no word ends can be asked for.
      return 'payload' in event && Buffer.from(event.payload).includes(recordKey(value));
  }
}

function namesRecord(event: Event, recordId: string): boolean {
  const key = recordKey(recordId);
  // The id of 18 characters is the one of 15 and a checksum: either form means the same record.
  const named = new RegExp(`(?<![A-Za-z0-9])${key}(?:[A-Z0-5]{3})?(?![A-Za-z0-9])`);
  const { data_base64: base64, ...rest } = event;
  const bytes = base64 === undefined ? undefined : parseBase64(base64);
  return holdsText(rest, named) || (bytes !== undefined && Buffer.from(bytes).includes(key));
}

/** The 15 characters that both forms of a record id begin with. */
function recordKey(recordId: string): string {
  return recordId.slice(0, 15);
}

/** In any text or name, at any depth; without recursion, because data may be nested deeply. */
function holdsText(value: unknown, pattern: RegExp): boolean {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string' && pattern.test(next)) return true;
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) for (const item of next) open.push(item);
    else for (const [name, item] of Object.entries(next)) open.push(name, item);
  }
  return false;
}
