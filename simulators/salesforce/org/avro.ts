import avro from 'avsc';
import { shortHash } from '../random.ts';
import {
  type CompoundDefinition,
  changeEventName,
  type EntityDefinition,
  type FieldDefinition,
  type FieldType,
  isCompound,
  isCustomName,
  type PlatformEventDefinition,
} from './fields.ts';

/** Integers keep all 64 bits: a number if that is exact, else a BigInt. */
const longType = avro.types.LongType.__with({
  fromBuffer(buffer: Buffer): number | bigint {
    const value = buffer.readBigInt64LE();
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  },
  toBuffer(value: number | bigint): Buffer {
    const buffer = Buffer.allocUnsafe(8);
    buffer.writeBigInt64LE(BigInt(value));
    return buffer;
  },
  fromJSON: (value: number) => value,
  toJSON: (value: number | bigint) => Number(value),
  isValid: (value: unknown) =>
    typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)),
  compare: (left: number | bigint, right: number | bigint) => (left < right ? -1 : left > right ? 1 : 0),
});

interface AvroFieldSchema {
  readonly name: string;
  readonly type: unknown;
  readonly doc?: string;
  readonly default?: null;
}

export interface EventSchema {
  readonly id: string;
  readonly json: string;
  /** The record's name, which is the event's API name. */
  readonly name: string;
  readonly fieldNames: readonly string[];
  encode(value: unknown): Buffer;
  decode(payload: Buffer): unknown;
}

/** The schema id as Salesforce makes it: MD5 of the Parsing Canonical Form, base64url. */
function schemaId(type: avro.Type): string {
  return type.fingerprint('md5').toString('base64url');
}

export function compileSchema(json: string): EventSchema {
  const type = avro.Type.forSchema(JSON.parse(json), { registry: { long: longType }, wrapUnions: 'never' });
  const fieldNames = type instanceof avro.types.RecordType ? type.fields.map((field) => field.name) : [];
  return {
    id: schemaId(type),
    json,
    name: (type.name ?? '').replace('com.sforce.eventbus.', ''),
    fieldNames,
    encode: (value) => type.toBuffer(value),
    decode: (payload) => type.fromBuffer(payload),
  };
}

const AVRO_TYPES: Record<FieldType, { readonly avro: string; readonly semantic: string }> = {
  id: { avro: 'string', semantic: 'EntityId' },
  string: { avro: 'string', semantic: 'Text' },
  textarea: { avro: 'string', semantic: 'StringPlusClob' },
  email: { avro: 'string', semantic: 'Email' },
  phone: { avro: 'string', semantic: 'Phone' },
  url: { avro: 'string', semantic: 'Url' },
  picklist: { avro: 'string', semantic: 'DynamicEnum' },
  multipicklist: { avro: 'string', semantic: 'MultiEnum' },
  boolean: { avro: 'boolean', semantic: 'Boolean' },
  int: { avro: 'int', semantic: 'Integer' },
  double: { avro: 'double', semantic: 'Double' },
  currency: { avro: 'double', semantic: 'Currency' },
  percent: { avro: 'double', semantic: 'Percent' },
  date: { avro: 'long', semantic: 'DateOnly' },
  datetime: { avro: 'long', semantic: 'DateTime' },
  time: { avro: 'long', semantic: 'TimeOnly' },
  encryptedstring: { avro: 'string', semantic: 'EncryptedText' },
  reference: { avro: 'string', semantic: 'EntityId' },
};

export function isFieldType(name: string): name is FieldType {
  return Object.hasOwn(AVRO_TYPES, name);
}

function docOf(owner: string, field: FieldDefinition): string {
  const semantic = AVRO_TYPES[field.type].semantic;
  if (field.name === 'CreatedDate') return `CreatedDate:${semantic}`;
  if (field.name === 'CreatedById') return `CreatedBy:${semantic}`;
  const role = field.type === 'reference' ? 'ForeignKey' : 'Data';
  return isCustomName(field.name)
    ? `${role}:${semantic}:00NSM${shortHash(`${owner}.${field.name}`).slice(0, 10)}`
    : `${role}:${semantic}`;
}

function nullable(owner: string, field: FieldDefinition): AvroFieldSchema {
  return {
    name: field.name,
    type: ['null', AVRO_TYPES[field.type].avro],
    doc: docOf(owner, field),
    default: null,
  };
}

export function platformEventSchema(event: PlatformEventDefinition): string {
  const fields: AvroFieldSchema[] = [
    { name: 'CreatedDate', type: 'long', doc: 'CreatedDate:DateTime' },
    { name: 'CreatedById', type: 'string', doc: 'CreatedBy:EntityId' },
    ...event.fields.map((field) => nullable(event.name, field)),
  ];
  return JSON.stringify({ type: 'record', name: event.name, namespace: 'com.sforce.eventbus', fields });
}

const CHANGE_TYPES = [
  'CREATE',
  'UPDATE',
  'DELETE',
  'UNDELETE',
  'GAP_CREATE',
  'GAP_UPDATE',
  'GAP_DELETE',
  'GAP_UNDELETE',
  'GAP_OVERFLOW',
  'SNAPSHOT',
] as const;

export type ChangeType = (typeof CHANGE_TYPES)[number];

const HEADER = {
  type: 'record',
  name: 'ChangeEventHeader',
  fields: [
    { name: 'entityName', type: 'string' },
    { name: 'recordIds', type: { type: 'array', items: 'string' } },
    { name: 'changeType', type: { type: 'enum', name: 'ChangeType', symbols: CHANGE_TYPES } },
    { name: 'changeOrigin', type: 'string' },
    { name: 'transactionKey', type: 'string' },
    { name: 'sequenceNumber', type: 'int' },
    { name: 'commitTimestamp', type: 'long' },
    { name: 'commitNumber', type: 'long' },
    { name: 'commitUser', type: 'string' },
    { name: 'nulledFields', type: { type: 'array', items: 'string' } },
    { name: 'diffFields', type: { type: 'array', items: 'string' } },
    { name: 'changedFields', type: { type: 'array', items: 'string' } },
  ],
};

const RECORD_NAMES: Record<CompoundDefinition['kind'], string> = {
  address: 'Address',
  personName: 'PersonName',
  personOrBusiness: 'Switchable_PersonName',
  location: 'Location',
};

/** The first use of a compound type defines it; later ones refer to it by name, as the real schemas do. */
function compoundSchema(compound: CompoundDefinition, defined: Set<string>): AvroFieldSchema {
  const record = RECORD_NAMES[compound.kind];
  const definition = defined.has(record)
    ? record
    : {
        type: 'record',
        name: record,
        fields: compound.parts.map((part) => ({
          name: part.child,
          type: ['null', AVRO_TYPES[part.field.type].avro],
          doc: `Data:${AVRO_TYPES[part.field.type].semantic}`,
          default: null,
        })),
      };
  defined.add(record);
  const branches =
    compound.kind === 'personOrBusiness' ? ['null', 'string', definition] : ['null', definition];
  return { name: compound.name, type: branches, doc: `Data:${record}`, default: null };
}

export function changeEventSchema(entity: EntityDefinition): string {
  const defined = new Set<string>();
  const fields: AvroFieldSchema[] = [
    { name: 'ChangeEventHeader', type: HEADER, doc: 'Data:ComplexValueType' },
  ];
  for (const member of entity.members) {
    if (
      !isCompound(member) &&
      (member.type === 'id' || member.name === 'IsDeleted' || member.name === 'IsPersonAccount')
    )
      continue;
    fields.push(isCompound(member) ? compoundSchema(member, defined) : nullable(entity.name, member));
  }
  return JSON.stringify({
    type: 'record',
    name: changeEventName(entity.name),
    namespace: 'com.sforce.eventbus',
    fields,
  });
}
