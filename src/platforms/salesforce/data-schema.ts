import { type AvroNode, type RecordNode, shortTypeName } from './schema.ts';

type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The JSON Schema (2020-12) of what `decodePlain` returns for a payload. Every field is present in every event; one
 * without a value is null. Nested records are named under `$defs`.
 */
export function dataSchemaOf(schema: RecordNode): JsonSchema {
  const names = new DefinitionNames();
  const definitions: Record<string, JsonSchema> = {};
  const definitionOf = (record: RecordNode): JsonSchema => {
    const name = names.of(record);
    if (!(name in definitions)) {
      // Reserved before its fields are read, because one of them may be of this very type.
      definitions[name] = {};
      definitions[name] = recordSchema(record, definitionOf);
    }
    return { $ref: `#/$defs/${name}` };
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: shortTypeName(schema.name),
    ...recordSchema(schema, definitionOf),
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
}

function recordSchema({ fields }: RecordNode, definitionOf: (record: RecordNode) => JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, type, doc }) => [
        name,
        { ...schemaOf(type, definitionOf), ...described(type, doc) },
      ]),
    ),
    required: fields.map(({ name }) => name),
  };
}

function schemaOf(node: AvroNode, definitionOf: (record: RecordNode) => JsonSchema): JsonSchema {
  switch (node.kind) {
    case 'primitive':
      return PRIMITIVES[node.name];
    case 'fixed':
      return PRIMITIVES.bytes;
    case 'enum':
      return { type: 'string', enum: node.symbols };
    case 'array':
      return { type: 'array', items: schemaOf(node.items, definitionOf) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(node.values, definitionOf) };
    case 'record':
      return definitionOf(node);
    case 'union':
      return unionSchema(node.branches.map((branch) => schemaOf(branch, definitionOf)));
  }
}

const PRIMITIVES = {
  null: { type: 'null' },
  boolean: { type: 'boolean' },
  int: { type: 'integer', format: 'int32' },
  long: { type: 'integer', format: 'int64' },
  float: { type: 'number' },
  double: { type: 'number' },
  bytes: { type: 'string', contentEncoding: 'base64' },
  string: { type: 'string' },
} as const satisfies Record<string, JsonSchema>;

/** Uses the short form for one type and null, which nearly all fields are. */
function unionSchema(branches: readonly JsonSchema[]): JsonSchema {
  const [value, ...others] = branches.filter(({ type }) => type !== 'null');
  if (value === undefined) return PRIMITIVES.null;
  if (others.length > 0) return { anyOf: branches };
  if (branches.length === 1) return value;
  const { type, enum: symbols } = value;
  // An enumeration must list null, too.
  if (typeof type === 'string' && symbols === undefined) return { ...value, type: [type, 'null'] };
  return { anyOf: [value, PRIMITIVES.null] };
}

/** Salesforce's semantic type, if it says what a number means. It is not guaranteed, so it decides nothing. */
function described(type: AvroNode, doc: string | undefined): { readonly description?: string } {
  const isNumber = ['int', 'long', 'double'].includes(primitiveOf(type) ?? '');
  if (isNumber && /\bDateTime\b/.test(doc ?? ''))
    return { description: 'milliseconds since 1970-01-01T00:00:00Z' };
  return {};
}

function primitiveOf(node: AvroNode): string | undefined {
  if (node.kind === 'primitive') return node.name;
  if (node.kind !== 'union') return undefined;
  return node.branches.map(primitiveOf).find((name) => name !== undefined && name !== 'null');
}

/** Short names, with a different name for a second record of the same short name from another namespace. */
class DefinitionNames {
  readonly #names = new Map<RecordNode, string>();

  of(record: RecordNode): string {
    const known = this.#names.get(record);
    if (known !== undefined) return known;
    const short = shortTypeName(record.name);
    const taken = new Set(this.#names.values());
    let name = short;
    for (let count = 2; taken.has(name); count += 1) name = `${short}${count}`;
    this.#names.set(record, name);
    return name;
  }
}
