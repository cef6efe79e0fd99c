import avro from 'avsc';
import { isJsonObject, jsonInteger } from '../../base/json.ts';
import { expandBitmaps, type FieldNames, fieldNamesOf } from './bitmap.ts';
import { type AvroNode, parseSchema, type RecordNode, shortTypeName } from './schema.ts';
import { compileTolerantly } from './tolerant-schema.ts';

/** One schema of Salesforce's event bus, ready to read and write payloads. */
export interface EventCodec {
  readonly schemaId: string;
  readonly schema: RecordNode;
  /** Without the namespace, e.g. `OpportunityChangeEvent`, `Order_Placed__e`. */
  readonly recordName: string;
  readonly isChangeEvent: boolean;
  /** Plain values: unions unwrapped, bitmaps of a change event expanded to names. Throws when the payload does not fit. */
  decodePlain(payload: Buffer): DecodedData;
  /** The pilot's form: nullable values wrapped by their type's name, bitmaps raw. Throws when the payload does not fit. */
  decodeWrapped(payload: Buffer): DecodedData;
  /** Throws when the value does not fit; conform it first (`conform.ts`). */
  encode(value: unknown): Buffer;
}

export type DecodedData = { [field: string]: unknown };

const TWO_TO_32 = 4_294_967_296;

/** 64-bit integers stay exact: a number if that is exact, else a bigint. */
const exactLong = avro.types.LongType.__with({
  fromBuffer(buffer: Buffer): number | bigint {
    const value = buffer.readInt32LE(4) * TWO_TO_32 + buffer.readUInt32LE(0);
    return Number.isSafeInteger(value) ? value : buffer.readBigInt64LE(0);
  },
  toBuffer(value: number | bigint): Buffer {
    const buffer = Buffer.allocUnsafe(8);
    buffer.writeBigInt64LE(BigInt(value));
    return buffer;
  },
  fromJSON: (value: number | bigint) => value,
  toJSON: (value: number | bigint) => value,
  isValid: (value: unknown) =>
    typeof value === 'bigint'
      ? BigInt.asIntN(64, value) === value
      : typeof value === 'number' && Number.isSafeInteger(value),
  compare: (one: number | bigint, other: number | bigint) => (one === other ? 0 : one < other ? -1 : 1),
});

/** Throws when the text is not a schema. */
export function makeCodec(schemaId: string, schemaJson: string): EventCodec {
  const schema = parseSchema(schemaJson);
  const { plain, wrapped, encode } = compileSchema(schema, schemaJson);
  const names = fieldNamesOf(schema);
  const isChangeEvent = schema.fields[0]?.name === 'ChangeEventHeader';
  const binary = holdsBinary(schema, new Set());
  return {
    schemaId,
    schema,
    recordName: shortTypeName(schema.name),
    isChangeEvent,
    decodePlain(payload) {
      const data = plain(payload);
      if (isChangeEvent) expandHeader(data['ChangeEventHeader'], names);
      return binary ? withText(data, 'base64') : data;
    },
    decodeWrapped(payload) {
      const data = wrapped(payload);
      // Avro's own JSON form writes bytes as characters with the same code.
      return binary ? withText(data, 'latin1') : data;
    },
    encode,
  };
}

interface CompiledSchema {
  plain(payload: Buffer): DecodedData;
  wrapped(payload: Buffer): DecodedData;
  encode(value: unknown): Buffer;
}

function compileSchema(schema: RecordNode, schemaJson: string): CompiledSchema {
  let plain: avro.Type;
  try {
    // `auto`: a union whose branches JSON cannot tell apart (int and double) stays wrapped. Salesforce's schemas have
    // none today, and a future one must not stop a feed.
    plain = compile(schemaJson, 'auto');
  } catch (strict) {
    // Usually the fault is a name or a default, which does not affect the bytes. If there is more, avsc's first error
    // says more.
    try {
      const { decode, encode } = compileTolerantly(schema, (renamed) => compile(renamed, 'always'));
      return {
        plain: (payload) => decode(payload, 'plain'),
        wrapped: (payload) => decode(payload, 'wrapped'),
        encode,
      };
    } catch {
      throw strict;
    }
  }
  // Few callers want the wrapped form, and compiling takes milliseconds.
  let wrapped: avro.Type | undefined;
  return {
    plain: (payload) => plain.fromBuffer(payload),
    wrapped(payload) {
      wrapped ??= compile(schemaJson, 'always');
      return wrapped.fromBuffer(payload);
    },
    encode: (value) => plain.toBuffer(value),
  };
}

function compile(schemaJson: string, wrapUnions: 'auto' | 'always'): avro.Type {
  // Each schema has its own registry, because avsc adds the schema's named types to it.
  const registry = { long: exactLong };
  const type = avro.Type.forSchema(JSON.parse(schemaJson), {
    registry,
    // avsc does not look up the registry for a type in its long form, such as `{"type": "long", "logicalType":
    // "timestamp-millis"}`.
    typeHook: (given) => (isJsonObject(given) && given['type'] === 'long' ? exactLong : undefined),
    wrapUnions,
    omitRecordMethods: true,
  });
  writeLongsFast(type, new Set());
  return type;
}

/**
 * Every change event holds an integer that may be a bigint (`commitNumber`). `JSON.stringify` alone refuses it, and a
 * replacer would cost a callback for each of a hundred fields. Records that hold integers therefore get a `toJSON` that
 * knows where they are.
 */
function writeLongsFast(type: avro.Type, seen: Set<avro.Type>): void {
  if (seen.has(type)) return;
  seen.add(type);
  if (type instanceof avro.types.ArrayType) writeLongsFast(type.itemsType, seen);
  if (type instanceof avro.types.MapType) writeLongsFast(type.valuesType, seen);
  for (const branch of branchesOf(type)) writeLongsFast(branch, seen);
  if (!(type instanceof avro.types.RecordType)) return;
  const names = type.fields.filter((field) => isLong(field.type)).map((field) => field.name);
  for (const field of type.fields) writeLongsFast(field.type, seen);
  if (names.length === 0) return;
  Object.defineProperty(type.recordConstructor.prototype, 'toJSON', {
    value(this: DecodedData): DecodedData {
      let copy: DecodedData | undefined;
      for (const name of names) {
        const value = this[name];
        if (typeof value !== 'bigint') continue;
        copy ??= { ...this };
        copy[name] = jsonInteger(value);
      }
      return copy ?? this;
    },
  });
}

function branchesOf(type: avro.Type): readonly avro.Type[] {
  const isUnion =
    type instanceof avro.types.UnwrappedUnionType || type instanceof avro.types.WrappedUnionType;
  return isUnion ? type.types : [];
}

/** In a wrapped union the integer is one level further down, where it takes the slow path. */
function isLong(type: avro.Type): boolean {
  return (
    type === exactLong || (type instanceof avro.types.UnwrappedUnionType && type.types.includes(exactLong))
  );
}

const BITMAP_FIELDS = ['changedFields', 'nulledFields', 'diffFields'] as const;

function expandHeader(header: unknown, names: FieldNames): void {
  if (!isJsonObject(header)) return;
  for (const field of BITMAP_FIELDS) {
    const entries = header[field];
    if (Array.isArray(entries) && entries.length > 0) {
      header[field] = expandBitmaps(
        entries.filter((entry) => typeof entry === 'string'),
        names,
      );
    }
  }
}

function holdsBinary(node: AvroNode, seen: Set<AvroNode>): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  switch (node.kind) {
    case 'primitive':
      return node.name === 'bytes';
    case 'fixed':
      return true;
    case 'enum':
      return false;
    case 'record':
      return node.fields.some((field) => holdsBinary(field.type, seen));
    case 'array':
      return holdsBinary(node.items, seen);
    case 'map':
      return holdsBinary(node.values, seen);
    case 'union':
      return node.branches.some((branch) => holdsBinary(branch, seen));
  }
}

/** Returns the value with bytes as text, because JSON has no bytes. */
function withText(data: DecodedData, encoding: 'base64' | 'latin1'): DecodedData {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, textOf(value, encoding)]));
}

function textOf(value: unknown, encoding: 'base64' | 'latin1'): unknown {
  if (Buffer.isBuffer(value)) return value.toString(encoding);
  if (Array.isArray(value)) return value.map((item) => textOf(item, encoding));
  if (isJsonObject(value)) return withText(value, encoding);
  return value;
}
