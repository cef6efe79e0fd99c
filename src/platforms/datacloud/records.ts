import { isJsonObject, type JsonObject, stringifyJson } from '../../base/json.ts';
import type { IngestField, IngestRecord } from '../../domain/authorizations/ingest-directory.ts';
import type { Event } from '../../domain/events/event.ts';
import { quoted } from '../../domain/fields.ts';
import { fieldNameFault, schemaNameOf } from './field-names.ts';
import { fieldValue } from './field-values.ts';

/**
 * Data Cloud accepts 200 KB without saying whether that is 200,000 bytes or 204,800. The margin allows for what proxies
 * add.
 */
export const REQUEST_BYTES_MAX = 195_000;
/** The JSON around the records of a request. */
export const ENVELOPE_BYTES = '{"data":[]}'.length;
/** The largest record that fits a request of its own. */
export const RECORD_BYTES_MAX = REQUEST_BYTES_MAX - ENVELOPE_BYTES;

/** Says what to do with a record. No schema field can have this name. */
export const OPERATION_FIELD = '@operation';
/** Faults listed in one message; the rest are counted. */
const FAULTS_SHOWN_MAX = 5;

export interface RecordSettings {
  readonly object: string;
  readonly primaryKey?: string | undefined;
  readonly refreshMode: 'full' | 'partial';
}

export interface MadeRecord {
  readonly json: string;
  /** The value of the primary key, if known. */
  readonly key: string | undefined;
}

export type RecordsMade =
  | { readonly kind: 'upsert'; readonly records: readonly MadeRecord[] }
  | { readonly kind: 'delete'; readonly keys: readonly string[] }
  | {
      readonly kind: 'rejected';
      readonly errorId: string;
      readonly message: string;
      /** The schema may have grown since it was read. */
      readonly mayBeOfSchema?: boolean;
    };

type Rejection = Extract<RecordsMade, { kind: 'rejected' }>;

/**
 * Converts an event to Data Cloud records. The event's data is the record, field by field. A change event that no
 * filter has turned into a record yields one record per record id, with the fields that the schema also has. A DELETE,
 * or a record with `"@operation": "delete"`, deletes.
 * @param fields the schema's fields; undefined if the schema is not known
 */
export function recordsOfEvent(
  event: Event,
  settings: RecordSettings,
  fields: readonly IngestField[] | undefined,
): RecordsMade {
  const { data } = event;
  if (!isJsonObject(data)) {
    return rejected(
      'no-record',
      `expected the fields of a record of ${settings.object} as a JSON object, found ${kindText(data)}`,
    );
  }
  const { [OPERATION_FIELD]: asked, ...record } = data;
  if (asked !== undefined && asked !== 'upsert' && asked !== 'delete') {
    return rejected(
      'no-record',
      `expected "${OPERATION_FIELD}" to be "upsert" or "delete", found ${kindText(asked)}`,
    );
  }
  const change = CHANGE_TYPE.exec(event.type)?.[1];
  const isDelete = asked === 'delete' || (asked === undefined && change === 'DELETE');
  const header = record['ChangeEventHeader'];
  if (isJsonObject(header)) return recordsOfChange(record, header, change, isDelete, settings, fields);
  return isDelete ? deleteOf(record, settings) : upsertOf(record, settings, fields);
}

const CHANGE_TYPE = /^com\.salesforce\.cdc\.[^.]+\.([A-Z_]+)$/;

function recordsOfChange(
  { ChangeEventHeader: _header, ...values }: JsonObject,
  header: JsonObject,
  change: string | undefined,
  isDelete: boolean,
  settings: RecordSettings,
  fields: readonly IngestField[] | undefined,
): RecordsMade {
  const { primaryKey, refreshMode, object } = settings;
  if (change?.startsWith('GAP_') === true) {
    return rejected(
      'gap-event',
      `expected a change with its fields, found ${change}, by which Salesforce says that it has them no more: create the subscription with --repair`,
    );
  }
  if (primaryKey === undefined) {
    return rejected(
      'primary-key-unknown',
      `expected to know which field of ${object} the record id goes to: say so by events:publications:update --primary-key, or make the record in the stream's filter`,
    );
  }
  const ids = (Array.isArray(header['recordIds']) ? header['recordIds'] : []).filter(
    (id) => typeof id === 'string',
  );
  if (ids.length === 0) return rejected('no-record', 'expected record ids in the change event, found none');
  if (isDelete) return { kind: 'delete', keys: ids };
  if (change === 'UPDATE' && refreshMode === 'full') {
    return rejected(
      'partial-change',
      `expected a whole record, because the refresh mode of the publication is full, found an UPDATE, which has only what changed: give the data stream the refresh mode Partial, and say so by events:publications:update --refresh-mode partial, or make the whole record in the stream's filter`,
    );
  }
  const nulled: readonly unknown[] = Array.isArray(header['nulledFields']) ? header['nulledFields'] : [];
  const known = fields === undefined ? undefined : new Set(fields.map(({ name }) => name));
  const record: Record<string, unknown> = {};
  let common = 0;
  for (const [name, value] of Object.entries(values)) {
    const field = known?.has(name) === true ? name : schemaNameOf(name);
    if (known !== undefined && !known.has(field)) continue;
    common += 1;
    // An unchanged field has no value; a field that was emptied is named in the header.
    if (value === null && !nulled.includes(name)) continue;
    // Compound fields, such as addresses: a schema has no names for their parts.
    if (isJsonObject(value)) continue;
    record[field] = value;
  }
  if (common === 0 && known !== undefined) {
    return rejected(
      'no-common-fields',
      `expected fields of ${object} (${listed([...known])}) in the change event, found none: rename them in the stream's filter`,
      true,
    );
  }
  const made = ids.map((id) => upsertOf({ [primaryKey]: id, ...record }, settings, fields));
  const records: MadeRecord[] = [];
  for (const one of made) {
    if (one.kind !== 'upsert') return one;
    records.push(...one.records);
  }
  return { kind: 'upsert', records };
}

function deleteOf(record: JsonObject, { primaryKey, object }: RecordSettings): RecordsMade {
  const names = Object.keys(record);
  const [only] = names;
  const name = primaryKey ?? (names.length === 1 ? only : undefined);
  if (name === undefined) {
    return rejected(
      'primary-key-unknown',
      `expected to know which field is the primary key of ${object}: say so by events:publications:update --primary-key, or leave the key alone in the record of a delete`,
    );
  }
  const key = keyText(record[name]);
  if (key === undefined) {
    return rejected(
      'primary-key-empty',
      `expected the primary key ${name} to say what to delete, found ${kindText(record[name])}`,
    );
  }
  return { kind: 'delete', keys: [key] };
}

function upsertOf(
  given: IngestRecord,
  { object, primaryKey, refreshMode }: RecordSettings,
  fields: readonly IngestField[] | undefined,
): RecordsMade {
  const faults: string[] = [];
  let mayBeOfSchema = false;
  const byName = new Map((fields ?? []).map((field) => [field.name, field]));
  const record: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const nameFault = fieldNameFault(name);
    if (nameFault !== undefined) {
      faults.push(nameFault);
      continue;
    }
    const field = byName.get(name);
    if (fields !== undefined && field === undefined) {
      // Data Cloud would accept it and silently leave the column empty.
      faults.push(`${name}: expected one of the fields ${listed([...byName.keys()])}`);
      mayBeOfSchema = true;
      continue;
    }
    const made = fieldValue(value, field);
    if (made.ok) record[name] = made.value;
    else faults.push(`${name}: ${made.fault}`);
  }
  if (faults.length === 0 && Object.keys(record).length === 0)
    faults.push('expected at least one field, found none');
  const key = primaryKey === undefined ? undefined : keyText(record[primaryKey]);
  if (primaryKey !== undefined && key === undefined && faults.length === 0) {
    faults.push(`${primaryKey}: expected the primary key, found ${kindText(record[primaryKey])}`);
  }
  if (faults.length > 0) {
    const more = faults.length > FAULTS_SHOWN_MAX ? `; and ${faults.length - FAULTS_SHOWN_MAX} more` : '';
    return rejected(
      'field-mismatch',
      `the event is no record of ${object}: ${faults.slice(0, FAULTS_SHOWN_MAX).join('; ')}${more}`,
      mayBeOfSchema,
    );
  }
  // A record that replaces its predecessor must have every field; the sender may omit the empty ones.
  if (refreshMode === 'full')
    for (const { name } of fields ?? []) if (!Object.hasOwn(record, name)) record[name] = null;
  const json = stringifyJson(record);
  const bytes = Buffer.byteLength(json);
  if (bytes > RECORD_BYTES_MAX) {
    return rejected(
      'record-too-large',
      `expected a record of at most ${RECORD_BYTES_MAX} bytes, because Data Cloud takes 200 KB in a request, found ${bytes}`,
    );
  }
  return { kind: 'upsert', records: [{ json, key }] };
}

/** The key in the form that a delete uses. */
function keyText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const FIELDS_LISTED_MAX = 30;

function listed(names: readonly string[]): string {
  const more = names.length > FIELDS_LISTED_MAX ? `, and ${names.length - FIELDS_LISTED_MAX} more` : '';
  return `${names.slice(0, FIELDS_LISTED_MAX).join(', ')}${more}`;
}

function kindText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string'
    ? value === ''
      ? 'an empty text'
      : `the text ${quoted(value)}`
    : `a ${typeof value}`;
}

function rejected(errorId: string, message: string, mayBeOfSchema = false): Rejection {
  return { kind: 'rejected', errorId, message, mayBeOfSchema };
}
