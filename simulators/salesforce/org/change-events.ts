import { createHash } from 'node:crypto';
import { parseDate, parseDateTime, parseTimeOfDay } from '../../../src/base/calendar.ts';
import type { ChangeType, EventSchema } from './avro.ts';
import {
  type CompoundDefinition,
  type EntityDefinition,
  type FieldDefinition,
  isCompound,
} from './fields.ts';

export type FieldValue = string | number | boolean | null;
export type RecordValues = Record<string, FieldValue>;

export interface ChangeHeader {
  readonly entityName: string;
  readonly recordIds: readonly string[];
  readonly changeType: ChangeType;
  readonly changeOrigin: string;
  readonly transactionKey: string;
  readonly sequenceNumber: number;
  readonly commitTimestamp: number;
  readonly commitNumber: bigint;
  readonly commitUser: string;
}

/** What changed in a record: its values now, and the flat names of the fields that are part of the change. */
export interface Change {
  readonly values: RecordValues;
  /** Undefined for a record that appears or goes as a whole. */
  readonly changed: ReadonlySet<string> | undefined;
  /** Former values of long text fields, if the org sends differences. */
  readonly before: RecordValues | undefined;
}

/**
 * Fields as bit sets, in the form that the Pub/Sub API sends: element 0 has bit i for field i of the schema; a changed
 * part of a compound field is a separate element, `position-bits`.
 */
export class FieldBitmaps {
  #top = 0n;
  readonly #compound = new Map<number, bigint>();

  add(position: number): void {
    this.#top |= 1n << BigInt(position);
  }

  addPart(position: number, part: number): void {
    this.#compound.set(position, (this.#compound.get(position) ?? 0n) | (1n << BigInt(part)));
  }

  encode(): string[] {
    const elements = this.#top === 0n ? [] : [hexadecimal(this.#top)];
    for (const [position, bits] of [...this.#compound].sort(([left], [right]) => left - right)) {
      elements.push(`${position}-${hexadecimal(bits)}`);
    }
    return elements;
  }
}

/** Hexadecimal in whole bytes, upper case. */
function hexadecimal(bits: bigint): string {
  const digits = bits.toString(16).toUpperCase();
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}

/**
 * Converts a value from its REST form to that of a change event: dates and times become milliseconds, times of day
 * milliseconds since midnight.
 */
export function eventValue(field: FieldDefinition, value: FieldValue | undefined): FieldValue {
  if (value === undefined || value === null) return null;
  if ((field.type === 'date' || field.type === 'datetime') && typeof value === 'string') {
    return parseDateTime(value) ?? parseDate(value) ?? null;
  }
  if (field.type === 'time' && typeof value === 'string') return parseTimeOfDay(value) ?? null;
  return value;
}

/** Orgs that send differences do so for text longer than this. */
const DIFFERENCE_LENGTH_MIN = 1000;

/** The format is a guess: hashes of both texts, then the texts without their common head and tail. */
function difference(before: string, after: string): string {
  let head = 0;
  while (head < before.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  return `--- ${hash(before)}\n+++ ${hash(after)}\n@@ -${head},${before.length - head - tail} +${head},${after.length - head - tail} @@\n-${before.slice(head, before.length - tail)}\n+${after.slice(head, after.length - tail)}\n`;
}

interface Body {
  readonly fields: Record<string, unknown>;
  readonly nulled: FieldBitmaps;
  readonly diff: FieldBitmaps;
  readonly changed: FieldBitmaps;
}

function addCompound(body: Body, compound: CompoundDefinition, position: number, change: Change): void {
  const isPerson = compound.kind !== 'personOrBusiness' || change.values['IsPersonAccount'] === true;
  if (!isPerson) {
    // a business account's name is plain text under the compound's own name
    if (change.changed !== undefined && !change.changed.has(compound.name)) return;
    body.fields[compound.name] = change.values[compound.name] ?? null;
    if (change.changed !== undefined) body.changed.add(position);
    return;
  }
  const parts: Record<string, FieldValue> = {};
  let present = false;
  compound.parts.forEach(({ child, field }, index) => {
    const isChanged = change.changed === undefined || change.changed.has(field.name);
    const value = isChanged ? eventValue(field, change.values[field.name]) : null;
    parts[child] = value;
    if (value !== null) present = true;
    if (change.changed === undefined || !isChanged) return;
    body.changed.addPart(position, index);
    if (value === null) body.nulled.addPart(position, index);
  });
  if (present) body.fields[compound.name] = parts;
}

function addField(body: Body, field: FieldDefinition, position: number, change: Change): void {
  if (change.changed !== undefined && !change.changed.has(field.name)) return;
  const value = eventValue(field, change.values[field.name]);
  body.fields[field.name] = value;
  if (change.changed === undefined) return;
  body.changed.add(position);
  if (value === null) body.nulled.add(position);
  const before = change.before?.[field.name];
  const isLong =
    typeof value === 'string' && typeof before === 'string' && value.length > DIFFERENCE_LENGTH_MIN;
  if (isLong && field.type === 'textarea') {
    body.fields[field.name] = difference(before, value);
    body.diff.add(position);
  }
}

/** The payload of a change event in the given schema. A change without values (DELETE, GAP_*) has a header only. */
export function encodeChangeEvent(
  entity: EntityDefinition,
  schema: EventSchema,
  header: ChangeHeader,
  change: Change | undefined,
): Buffer {
  const body: Body = {
    fields: {},
    nulled: new FieldBitmaps(),
    diff: new FieldBitmaps(),
    changed: new FieldBitmaps(),
  };
  if (change !== undefined) {
    const members = new Map(entity.members.map((member) => [member.name, member]));
    schema.fieldNames.forEach((name, position) => {
      const member = members.get(name);
      if (member === undefined) return;
      if (isCompound(member)) addCompound(body, member, position, change);
      else addField(body, member, position, change);
    });
  }
  return schema.encode({
    ...body.fields,
    ChangeEventHeader: {
      ...header,
      nulledFields: body.nulled.encode(),
      diffFields: body.diff.encode(),
      changedFields: body.changed.encode(),
    },
  });
}
