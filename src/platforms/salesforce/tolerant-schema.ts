import type avro from 'avsc';
import { isJsonObject } from '../../base/json.ts';
import { wholeNumberOf } from '../../base/whole-number.ts';
import type { AvroNode, RecordNode } from './schema.ts';

/**
 * Reads and writes payloads with a schema whose names, symbols or defaults Avro does not allow: the bytes contain none
 * of these.
 */
export interface TolerantCodec {
  decode(payload: Buffer, unions: 'plain' | 'wrapped'): { [field: string]: unknown };
  encode(value: unknown): Buffer;
}

/**
 * Compiles the schema with names of our own (`N0`, `f0`, `s0`) and without anything that does not affect the bytes, and
 * restores the schema's names in the decoded data. `compile` must always wrap unions. Throws if the bytes are
 * ambiguous, too: a union in a union, or one with two branches of the same kind.
 */
export function compileTolerantly(
  schema: RecordNode,
  compile: (schemaJson: string) => avro.Type,
): TolerantCodec {
  const names = new Map<AvroNode, string>();
  const type = compile(JSON.stringify(renamed(schema, names)));
  return {
    decode(payload, unions) {
      const value = restored(schema, type.fromBuffer(payload), names, unions);
      // For a record, it is an object.
      return isJsonObject(value) ? value : {};
    },
    encode: (value) => type.toBuffer(hidden(schema, value, names)),
  };
}

/** The second use of a named type refers to the first. */
function renamed(node: AvroNode, names: Map<AvroNode, string>): unknown {
  const known = names.get(node);
  if (known !== undefined) return known;
  const define = () => {
    const name = `N${names.size}`;
    // Registered before its fields are written, because a record may contain itself.
    names.set(node, name);
    return name;
  };
  switch (node.kind) {
    case 'primitive':
      return node.name;
    case 'union':
      return node.branches.map((branch) => renamed(branch, names));
    case 'array':
      return { type: 'array', items: renamed(node.items, names) };
    case 'map':
      return { type: 'map', values: renamed(node.values, names) };
    case 'enum':
      return { type: 'enum', name: define(), symbols: node.symbols.map((_, at) => `s${at}`) };
    case 'fixed':
      return { type: 'fixed', name: define(), size: node.size };
    case 'record':
      return {
        type: 'record',
        name: define(),
        fields: node.fields.map((field, at) => ({ name: `f${at}`, type: renamed(field.type, names) })),
      };
  }
}

function restored(
  node: AvroNode,
  value: unknown,
  names: ReadonlyMap<AvroNode, string>,
  unions: 'plain' | 'wrapped',
): unknown {
  switch (node.kind) {
    case 'primitive':
    case 'fixed':
      return value;
    case 'enum':
      return node.symbols[wholeNumberOf(String(value).slice('s'.length))];
    case 'array':
      return Array.isArray(value) ? value.map((item) => restored(node.items, item, names, unions)) : value;
    case 'map':
      return isJsonObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([key, item]) => [key, restored(node.values, item, names, unions)]),
          )
        : value;
    case 'record': {
      const fields: unknown[] = isJsonObject(value) ? node.fields.map((_, at) => value[`f${at}`]) : [];
      const shown = shownNames(node);
      return Object.fromEntries(
        node.fields.map(({ type }, at) => [shown[at], restored(type, fields[at], names, unions)]),
      );
    }
    case 'union': {
      if (!isJsonObject(value)) return null;
      const [entry] = Object.entries(value);
      const branch = node.branches.find((each) => branchKey(each, names) === entry?.[0]);
      if (entry === undefined || branch === undefined) return null;
      const inner = restored(branch, entry[1], names, unions);
      return unions === 'plain' ? inner : { ['name' in branch ? branch.name : branch.kind]: inner };
    }
  }
}

/** If two fields have the same name, the later one is shown as `Name_2`. */
function shownNames({ fields }: RecordNode): readonly string[] {
  const seen = new Map<string, number>();
  return fields.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

/** avsc's name of a branch in a wrapped union. */
function branchKey(branch: AvroNode, names: ReadonlyMap<AvroNode, string>): string {
  return names.get(branch) ?? (branch.kind === 'primitive' ? branch.name : branch.kind);
}

/** The inverse of `restored`, for plain values that conform to the schema. */
function hidden(node: AvroNode, value: unknown, names: ReadonlyMap<AvroNode, string>): unknown {
  switch (node.kind) {
    case 'primitive':
    case 'fixed':
      return value;
    case 'enum':
      return `s${node.symbols.indexOf(String(value))}`;
    case 'array':
      return Array.isArray(value) ? value.map((item) => hidden(node.items, item, names)) : value;
    case 'map':
      return isJsonObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([key, item]) => [key, hidden(node.values, item, names)]),
          )
        : value;
    case 'record':
      return isJsonObject(value)
        ? Object.fromEntries(
            node.fields.map(({ name, type }, at) => [`f${at}`, hidden(type, value[name], names)]),
          )
        : value;
    case 'union': {
      if (value === null || value === undefined) return null;
      const branch = node.branches.find((each) => holds(each, value));
      return branch === undefined ? value : { [branchKey(branch, names)]: hidden(branch, value, names) };
    }
  }
}

function holds(node: AvroNode, value: unknown): boolean {
  switch (node.kind) {
    case 'primitive':
      return KINDS[node.name](value);
    case 'enum':
      return typeof value === 'string' && node.symbols.includes(value);
    case 'fixed':
      return Buffer.isBuffer(value) && value.length === node.size;
    case 'array':
      return Array.isArray(value);
    case 'record':
    case 'map':
      return isJsonObject(value) && !Buffer.isBuffer(value);
    case 'union':
      return false;
  }
}

const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
const KINDS = {
  null: (value: unknown) => value === null,
  boolean: (value: unknown) => typeof value === 'boolean',
  int: (value: unknown) => typeof value === 'number' && (value | 0) === value,
  long: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
  float: isNumber,
  double: isNumber,
  bytes: (value: unknown) => Buffer.isBuffer(value),
  string: (value: unknown) => typeof value === 'string',
} as const;
