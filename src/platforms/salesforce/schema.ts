import { isJsonObject } from '../../base/json.ts';

/** An Avro schema with its named types resolved, by which bitmaps are read and payloads are conformed. */
export type AvroNode =
  | { readonly kind: 'primitive'; readonly name: PrimitiveName }
  | RecordNode
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'fixed'; readonly name: string; readonly size: number }
  | { readonly kind: 'array'; readonly items: AvroNode }
  | { readonly kind: 'map'; readonly values: AvroNode }
  | { readonly kind: 'union'; readonly branches: readonly AvroNode[] };

export interface RecordNode {
  readonly kind: 'record';
  /** With the namespace. */
  readonly name: string;
  readonly fields: readonly RecordField[];
}

export interface RecordField {
  readonly name: string;
  readonly type: AvroNode;
  /** Salesforce's semantic type, e.g. `Data:DateTime:00N…`; rely on it for convenience only. */
  readonly doc: string | undefined;
}

export type PrimitiveName = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string';
const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveName>([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);

export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** Throws `SchemaError` if the text is not the Avro schema of a record. */
export function parseSchema(schemaJson: string): RecordNode {
  let json: unknown;
  try {
    json = JSON.parse(schemaJson);
  } catch (cause) {
    throw new SchemaError('expected an Avro schema in JSON, found something else', { cause });
  }
  const node = resolve(json, '', new Map());
  if (node.kind !== 'record') throw new SchemaError(`expected the schema of a record, found ${node.kind}`);
  return node;
}

type NamedTypes = Map<string, AvroNode>;

function resolve(schema: unknown, namespace: string, named: NamedTypes): AvroNode {
  if (typeof schema === 'string') return byName(schema, namespace, named);
  if (Array.isArray(schema)) {
    return { kind: 'union', branches: schema.map((branch) => resolve(branch, namespace, named)) };
  }
  if (!isJsonObject(schema)) throw new SchemaError('expected a type, found neither name, object nor list');
  const type = schema['type'];
  if (typeof type !== 'string') return resolve(type, namespace, named);
  switch (type) {
    case 'record':
    case 'error':
      return recordNode(schema, namespace, named);
    case 'enum': {
      const name = fullName(schema['name'], schema['namespace'], namespace);
      const symbols = Array.isArray(schema['symbols']) ? schema['symbols'].map(String) : [];
      return remember(named, { kind: 'enum', name, symbols });
    }
    case 'fixed': {
      const name = fullName(schema['name'], schema['namespace'], namespace);
      const { size } = schema;
      return remember(named, { kind: 'fixed', name, size: typeof size === 'number' ? size : Number.NaN });
    }
    case 'array':
      return { kind: 'array', items: resolve(schema['items'], namespace, named) };
    case 'map':
      return { kind: 'map', values: resolve(schema['values'], namespace, named) };
    default:
      return resolve(type, namespace, named);
  }
}

function recordNode(
  schema: { readonly [name: string]: unknown },
  namespace: string,
  named: NamedTypes,
): RecordNode {
  const { name: shortName, namespace: ownNamespace, fields: given } = schema;
  const name = fullName(shortName, ownNamespace, namespace);
  const inner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
  const fields: RecordField[] = [];
  const node: RecordNode = { kind: 'record', name, fields };
  // Registered before its fields are read, because a record may contain itself.
  named.set(name, node);
  for (const field of Array.isArray(given) ? given : []) {
    if (!isJsonObject(field) || typeof field['name'] !== 'string') {
      throw new SchemaError(`expected each field of ${name} to have a name`);
    }
    fields.push({
      name: field['name'],
      type: resolve(field['type'], inner, named),
      doc: typeof field['doc'] === 'string' ? field['doc'] : undefined,
    });
  }
  return node;
}

function byName(name: string, namespace: string, named: NamedTypes): AvroNode {
  if (isPrimitive(name)) return { kind: 'primitive', name };
  const known = named.get(fullName(name, undefined, namespace)) ?? named.get(name);
  if (known === undefined)
    throw new SchemaError(`expected a known type, found the name ${JSON.stringify(name)}`);
  return known;
}

function remember<N extends AvroNode & { readonly name: string }>(named: NamedTypes, node: N): N {
  named.set(node.name, node);
  return node;
}

function isPrimitive(name: string): name is PrimitiveName {
  return PRIMITIVES.has(name);
}

function fullName(name: unknown, ownNamespace: unknown, namespace: string): string {
  if (typeof name !== 'string') throw new SchemaError('expected a named type to have a name');
  const space = typeof ownNamespace === 'string' ? ownNamespace : namespace;
  return name.includes('.') || space === '' ? name : `${space}.${name}`;
}

/** The record among a field's union branches: the children of a compound field such as an address or a name. */
export function recordBranch(type: AvroNode): RecordNode | undefined {
  if (type.kind === 'record') return type;
  if (type.kind !== 'union') return undefined;
  return type.branches.find((branch) => branch.kind === 'record');
}

/** Without the namespace, which is the same for everything from Salesforce. */
export function shortTypeName(fullTypeName: string): string {
  return fullTypeName.slice(fullTypeName.lastIndexOf('.') + 1);
}
