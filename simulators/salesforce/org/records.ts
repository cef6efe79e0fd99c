import { parseInteger } from '../../../src/base/whole-number.ts';
import type { Faults } from '../faults.ts';
import { isObject } from '../json.ts';
import { type Random, randomUuid } from '../random.ts';
import type { ChangeType } from './avro.ts';
import { type Change, type ChangeHeader, encodeChangeEvent, type RecordValues } from './change-events.ts';
import type { EventBus } from './event-bus.ts';
import {
  isFieldValue,
  isPersonOrBusiness,
  readFields,
  refuse,
  type Saved,
  writableFields,
} from './field-values.ts';
import { changeEventTopic, type EntityDefinition, flatFields } from './fields.ts';
import { recordId, sameId } from './ids.ts';
import type { Storage } from './storage.ts';

export interface StoredRecord {
  readonly entity: string;
  readonly values: RecordValues;
  readonly deleted: boolean;
}

/** The user and the client that make a change; they become `commitUser` and `changeOrigin`. */
export interface ChangeContext {
  readonly userId: string;
  /** From the header `Sforce-Call-Options: client=…`. */
  readonly client?: string;
  readonly apiVersion?: string;
}

interface PendingChange {
  readonly entity: EntityDefinition;
  readonly changeType: ChangeType;
  readonly recordIds: string[];
  readonly change: Change | undefined;
}

/** Near the commit numbers seen in live orgs. */
const COMMIT_NUMBER_START = 11_657_372_702_432n;

const SYSTEM_FIELDS = new Set([
  'Id',
  'IsDeleted',
  'CreatedDate',
  'CreatedById',
  'LastModifiedDate',
  'LastModifiedById',
]);

/** The org's records, and the change events that result from changing them. */
export class Records {
  readonly #storage: Storage;
  readonly #bus: EventBus;
  readonly #random: Random;
  readonly #clock: () => number;
  readonly #faults: Faults;
  readonly #entities = new Map<string, EntityDefinition>();
  readonly #records = new Map<string, StoredRecord>();
  readonly #counters = new Map<string, number>();
  #commitNumber = COMMIT_NUMBER_START;
  #pending: PendingChange[] | undefined;
  /** The states before the current transaction, to restore them if it fails. */
  #undo = new Map<string, StoredRecord | undefined>();

  constructor(storage: Storage, bus: EventBus, random: Random, clock: () => number, faults: Faults) {
    this.#storage = storage;
    this.#bus = bus;
    this.#random = random;
    this.#clock = clock;
    this.#faults = faults;
    for (const { key, value } of storage.documents('record')) {
      if (!isObject(value) || typeof value['entity'] !== 'string' || !isObject(value['values'])) continue;
      const values: RecordValues = {};
      for (const [name, item] of Object.entries(value['values'])) if (isFieldValue(item)) values[name] = item;
      this.#records.set(key, { entity: value['entity'], values, deleted: value['deleted'] === true });
    }
    for (const { key, value } of storage.documents('counter')) {
      if (key === 'commit' && typeof value === 'string')
        this.#commitNumber = parseInteger(value) ?? this.#commitNumber;
      else if (typeof value === 'number') this.#counters.set(key, value);
    }
  }

  define(entity: EntityDefinition): void {
    this.#entities.set(entity.name.toLowerCase(), entity);
  }

  entity(name: string): EntityDefinition | undefined {
    return this.#entities.get(name.toLowerCase());
  }

  entities(): EntityDefinition[] {
    return [...this.#entities.values()];
  }

  entityOfId(id: string): EntityDefinition | undefined {
    return this.entities().find((entity) => entity.keyPrefix === id.slice(0, 3));
  }

  get(id: string): StoredRecord | undefined {
    const record = this.#records.get(id);
    if (record !== undefined || id.length !== 15) return record;
    for (const [key, candidate] of this.#records) if (sameId(key, id)) return candidate;
    return undefined;
  }

  all(entityName: string): RecordValues[] {
    const entity = this.entity(entityName);
    return [...this.#records.values()]
      .filter((record) => record.entity === entity?.name && !record.deleted)
      .map((record) => record.values);
  }

  /** Changes made inside share a transaction key; equal ones become one event. A thrown error undoes them. */
  transaction<T>(context: ChangeContext, work: () => T): T {
    if (this.#pending !== undefined) return work();
    this.#pending = [];
    this.#undo = new Map();
    try {
      return this.#storage.transaction(() => {
        const result = work();
        this.#emit(context, this.#pending ?? []);
        return result;
      });
    } catch (cause) {
      for (const [id, record] of this.#undo) {
        if (record === undefined) this.#records.delete(id);
        else this.#records.set(id, record);
      }
      throw cause;
    } finally {
      this.#pending = undefined;
    }
  }

  create(entityName: string, body: Record<string, unknown>, context: ChangeContext): Saved {
    const entity = this.entity(entityName);
    if (entity === undefined) return refuse('NOT_FOUND', 'The requested resource does not exist', [], 404);
    const read = readFields(entity.name, writableFields(entity), body);
    if ('refusal' in read) return read.refusal;
    const fields = flatFields(entity);
    const missing = fields
      .filter((field) => field.required === true && (read.values[field.name] ?? null) === null)
      .map((field) => field.name);
    if (isNameMissing(entity, read.values)) missing.push(entity.name === 'Contact' ? 'LastName' : 'Name');
    if (missing.length > 0)
      return refuse(
        'REQUIRED_FIELD_MISSING',
        `Required fields are missing: [${missing.join(', ')}]`,
        missing,
      );
    const id = recordId(entity.keyPrefix, this.#count(entity.keyPrefix));
    const values: RecordValues = {};
    for (const field of fields) values[field.name] = read.values[field.name] ?? field.defaultValue ?? null;
    if (isPersonOrBusiness(entity)) {
      values['Name'] = read.values['Name'] ?? null;
      values['IsPersonAccount'] = values['LastName'] !== null;
    }
    const now = timestamp(this.#clock());
    Object.assign(values, {
      Id: id,
      IsDeleted: false,
      CreatedDate: now,
      CreatedById: context.userId,
      LastModifiedDate: now,
      LastModifiedById: context.userId,
    });
    values['OwnerId'] = read.values['OwnerId'] ?? context.userId;
    if (entity.name === 'Case') values['CaseNumber'] = String(this.#count('case-number')).padStart(8, '0');
    derive(entity, values);
    return this.transaction(context, () => {
      this.#keep(id, { entity: entity.name, values, deleted: false });
      this.#note({
        entity,
        changeType: 'CREATE',
        recordIds: [id],
        change: { values, changed: undefined, before: undefined },
      });
      return { ok: true, id };
    });
  }

  update(id: string, body: Record<string, unknown>, context: ChangeContext): Saved {
    const found = this.#find(id);
    if ('refusal' in found) return found.refusal;
    const { entity, record } = found;
    const read = readFields(entity.name, writableFields(entity), body);
    if ('refusal' in read) return read.refusal;
    const missing = flatFields(entity).filter(
      (field) => field.required === true && read.values[field.name] === null,
    );
    if (missing.length > 0) {
      const names = missing.map((field) => field.name);
      return refuse('REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names);
    }
    const before = record.values;
    const values: RecordValues = { ...before, ...read.values };
    derive(entity, values);
    const changed = new Set(
      Object.keys(values).filter((name) => !SYSTEM_FIELDS.has(name) && values[name] !== before[name]),
    );
    values['LastModifiedDate'] = timestamp(this.#clock());
    values['LastModifiedById'] = context.userId;
    const recordKey = String(before['Id']);
    return this.transaction(context, () => {
      this.#keep(recordKey, { ...record, values });
      if (changed.size > 0) {
        changed.add('LastModifiedDate');
        if (before['LastModifiedById'] !== context.userId) changed.add('LastModifiedById');
        this.#note({
          entity,
          changeType: 'UPDATE',
          recordIds: [recordKey],
          change: { values, changed, before: this.#faults.diffFields ? before : undefined },
        });
      }
      return { ok: true, id: recordKey };
    });
  }

  delete(id: string, context: ChangeContext): Saved {
    const found = this.#find(id);
    if ('refusal' in found) return found.refusal;
    const { entity, record } = found;
    const key = String(record.values['Id']);
    return this.transaction(context, () => {
      this.#keep(key, { ...record, values: { ...record.values, IsDeleted: true }, deleted: true });
      this.#note({ entity, changeType: 'DELETE', recordIds: [key], change: undefined });
      return { ok: true, id: key };
    });
  }

  undelete(id: string, context: ChangeContext): Saved {
    const record = this.get(id);
    const entity = record === undefined ? undefined : this.entity(record.entity);
    if (record === undefined || entity === undefined || !record.deleted)
      return refuse('UNDELETE_FAILED', 'Entity is not in the recycle bin', [], 400);
    const key = String(record.values['Id']);
    const values: RecordValues = {
      ...record.values,
      IsDeleted: false,
      LastModifiedDate: timestamp(this.#clock()),
      LastModifiedById: context.userId,
    };
    return this.transaction(context, () => {
      this.#keep(key, { ...record, values, deleted: false });
      this.#note({
        entity,
        changeType: 'UNDELETE',
        recordIds: [key],
        change: { values, changed: undefined, before: undefined },
      });
      return { ok: true, id: key };
    });
  }

  /** Publishes a change event that only says that something changed, because the details were lost or too many. */
  emitGap(
    entityName: string,
    changeType: ChangeType,
    recordIds: readonly string[],
    context: ChangeContext,
  ): void {
    const entity = this.entity(entityName);
    if (entity === undefined)
      throw new Error(`Expected the name of an object of the org, found "${entityName}".`);
    this.transaction(context, () =>
      this.#note({ entity, changeType, recordIds: [...recordIds], change: undefined }),
    );
  }

  #find(id: string): { entity: EntityDefinition; record: StoredRecord } | { refusal: Saved } {
    const record = this.get(id);
    if (record?.deleted === true)
      return { refusal: refuse('ENTITY_IS_DELETED', 'entity is deleted', [], 404) };
    const entity = record === undefined ? undefined : this.entity(record.entity);
    if (record === undefined || entity === undefined)
      return {
        refusal: refuse(
          'NOT_FOUND',
          `Provided external ID field does not exist or is not accessible: ${id}`,
          [],
          404,
        ),
      };
    return { entity, record };
  }

  #keep(id: string, record: StoredRecord): void {
    if (!this.#undo.has(id)) this.#undo.set(id, this.#records.get(id));
    this.#records.set(id, record);
    this.#storage.put('record', id, record);
  }

  #note(change: PendingChange): void {
    if (!change.entity.changeEvents) return;
    const pending = this.#pending;
    if (pending === undefined) return;
    const twin = pending.find((earlier) => isSameChange(earlier, change));
    if (twin === undefined) pending.push(change);
    else twin.recordIds.push(...change.recordIds);
  }

  #emit(context: ChangeContext, pending: readonly PendingChange[]): void {
    if (pending.length === 0) return;
    const now = this.#clock();
    const transactionKey = randomUuid(this.#random);
    this.#commitNumber += BigInt(1 + Math.floor(this.#random() * 40));
    this.#storage.put('counter', 'commit', this.#commitNumber.toString());
    const version = context.apiVersion ?? '67.0';
    const client = context.client === undefined ? '' : `;client=${context.client}`;
    const counts = new Map<string, number>();
    let sequenceNumber = 0;
    for (const { entity, changeType, recordIds, change } of pending) {
      const schema = this.#bus.topic(changeEventTopic(entity.name))?.schema;
      if (schema === undefined) continue;
      // an update counts one per field
      const cost = recordIds.length * (change?.changed?.size ?? 1);
      const before = counts.get(entity.name) ?? 0;
      counts.set(entity.name, before + cost);
      const overflows = before + cost > this.#faults.gapOverflowAfter;
      if (overflows && before > this.#faults.gapOverflowAfter) continue;
      sequenceNumber += 1;
      const header: ChangeHeader = {
        entityName: entity.name,
        recordIds: overflows ? ['000000000000000AAA'] : recordIds,
        changeType: overflows ? 'GAP_OVERFLOW' : changeType,
        changeOrigin: `com/salesforce/api/rest/${version}${client}`,
        transactionKey,
        sequenceNumber,
        commitTimestamp: now,
        commitNumber: this.#commitNumber + (parseInteger(this.#faults.commitNumberOffset) ?? 0n),
        commitUser: context.userId,
      };
      const payload = encodeChangeEvent(entity, schema, header, overflows ? undefined : change);
      this.#bus.publish(changeEventTopic(entity.name), [
        { id: randomUuid(this.#random), schemaId: schema.id, payload },
      ]);
    }
  }

  #count(name: string): number {
    const next = (this.#counters.get(name) ?? 0) + 1;
    this.#counters.set(name, next);
    this.#storage.put('counter', name, next);
    return next;
  }
}

function timestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

function isNameMissing(entity: EntityDefinition, values: RecordValues): boolean {
  if (entity.name === 'Contact') return (values['LastName'] ?? null) === null;
  return entity.name === 'Account' && (values['Name'] ?? values['LastName'] ?? null) === null;
}

/** Computes the values that the platform derives itself. */
function derive(entity: EntityDefinition, values: RecordValues): void {
  if (entity.name === 'Opportunity') {
    const stage = values['StageName'];
    values['IsWon'] = stage === 'Closed Won';
    values['IsClosed'] = stage === 'Closed Won' || stage === 'Closed Lost';
    const amount = values['Amount'];
    const probability = values['Probability'];
    values['ExpectedRevenue'] =
      typeof amount === 'number' && typeof probability === 'number' ? (amount * probability) / 100 : null;
  }
  if (entity.name === 'Case') values['IsClosed'] = values['Status'] === 'Closed';
  if (values['IsPersonAccount'] === true || entity.name === 'Contact') {
    values['Name'] = [values['FirstName'], values['LastName']]
      .filter((part) => typeof part === 'string')
      .join(' ');
  }
}

/** Merges changes of one transaction that do the same to several records. */
function isSameChange(left: PendingChange, right: PendingChange): boolean {
  if (left.entity !== right.entity || left.changeType !== right.changeType) return false;
  if (left.recordIds.some((id) => right.recordIds.includes(id))) return false;
  if (left.change === undefined || right.change === undefined) return left.change === right.change;
  const one = left.change;
  const other = right.change;
  if (one.changed === undefined || other.changed === undefined || one.changed.size !== other.changed.size)
    return false;
  return [...one.changed].every(
    (name) =>
      other.changed?.has(name) === true &&
      (SYSTEM_FIELDS.has(name) || one.values[name] === other.values[name]),
  );
}
