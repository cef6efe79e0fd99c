import { parseBase64 } from '../../base/base64.ts';
import { sha256Hex } from '../../base/ids.ts';
import { type Event, EventFormatError, parseEvent } from '../events/event.ts';
import type { QuarantinedEvent, QuarantineRecord } from '../feeds/quarantine-store.ts';
import type { DeliveryFilter } from './delivery-filter.ts';

/** Which events are erased: those with a subject, with an id, or that name a Salesforce record. */
export const ERASURE_SELECTORS = ['subject', 'event-id', 'record'] as const;
export type ErasureSelector = (typeof ERASURE_SELECTORS)[number];

export interface ErasureTarget {
  readonly by: ErasureSelector;
  readonly value: string;
}

/** The additional fields of a redrive that erases. */
export interface Erasure {
  readonly by: ErasureSelector;
  /** Removed once the erasure has ended, so that the erased value does not survive in the erasure's own record. */
  readonly value?: string | undefined;
  /** Lets anybody who knows the value and the redrive's id verify that this erasure was for it. */
  readonly valueHash: string;
  /** Deliveries are erased first, then the quarantine. */
  readonly stage: 'deliveries' | 'quarantine';
  /** The quarantined event after which the search continues. */
  readonly quarantineAfter?: { readonly feedId: string; readonly cursor: string } | undefined;
  readonly quarantineCount: number;
  /** Erased history entries; absent where the log is the only history. */
  readonly historyCount?: number | undefined;
  /** Erased events among the last ones that subscriptions keep. */
  readonly keptCount?: number | undefined;
  readonly deadLetters: ErasedDeadLetters;
}

export interface ErasedDeadLetters {
  readonly count: number;
  /** Matching dead letters that stay, because the same message holds events of others. */
  readonly mixedCount: number;
  /** Whether all dead letters were examined. */
  readonly isComplete: boolean;
}

/** The hash includes the redrive's id, so that the same value hashes differently in each erasure. */
export function erasureHash(redriveId: string, value: string): string {
  return sha256Hex(`${redriveId}:${value}`);
}

/** The erasure without its search value. */
export function endedErasure(erasure: Erasure): Erasure {
  return { ...erasure, value: undefined, quarantineAfter: undefined };
}

const RECORD_ID = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;

export function isRecordId(text: string): boolean {
  return RECORD_ID.test(text);
}

/** The part of the search that the list of deliveries can do. Only the event itself shows whether it names a record. */
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
  // Most events need no parsing, because `eventJson` never escapes letters and digits.
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

/** Like `isEventErased`. In an unparsable event, which must not abort the work, any mention of the value suffices. */
export function isStoredErased(eventJson: string, target: ErasureTarget): boolean {
  try {
    return isEventErased(eventJson, target);
  } catch (error) {
    if (!(error instanceof EventFormatError)) throw error;
    return eventJson.includes(target.by === 'record' ? recordKey(target.value) : target.value);
  }
}

/** Whether this selector needs the payload of a quarantined event. */
export function needsPayload({ by }: ErasureTarget): boolean {
  return by === 'record';
}

/** Matches an event that could not be decoded: its subject would have been its topic, and Avro holds texts verbatim. */
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
      // The byte before a text is its length and may look like a letter, so word boundaries cannot be required.
      return 'payload' in event && Buffer.from(event.payload).includes(recordKey(value));
  }
}

function namesRecord(event: Event, recordId: string): boolean {
  const key = recordKey(recordId);
  // An 18-character id is the 15-character id plus a checksum; both forms mean the same record.
  const named = new RegExp(`(?<![A-Za-z0-9])${key}(?:[A-Z0-5]{3})?(?![A-Za-z0-9])`);
  const { data_base64: base64, ...rest } = event;
  const bytes = base64 === undefined ? undefined : parseBase64(base64);
  return holdsText(rest, named) || (bytes !== undefined && Buffer.from(bytes).includes(key));
}

/** The 15 characters with which both forms of a record id begin. */
function recordKey(recordId: string): string {
  return recordId.slice(0, 15);
}

/** Searches every text and name at any depth, without recursion, because data may be deeply nested. */
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
