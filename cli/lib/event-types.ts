import { isJsonObject } from '../../src/base/json.ts';

/** The service's description of a topic's events. */
export interface TopicTypes {
  readonly topic: string;
  readonly eventTypes: readonly string[];
  /** The JSON Schema of their data. */
  readonly dataSchema: unknown;
}

/**
 * A TypeScript module with a type for the events of each topic, and a union of all of them that a `switch` on `type`
 * discriminates. Our own service's schemas use only a handful of keywords. A general generator would bring a formatter
 * of some megabytes into the CLI, and does not know that `verify` gives a 64-bit integer as a `number` or a `bigint`.
 */
export function eventTypesModule(topics: readonly TopicTypes[]): string {
  const writer = new ModuleWriter();
  const names = topics.map((topic) => writer.event(topic));
  return `${[
    '// Made by `sluice events:types`: make it anew when an event changes. A filter that changes an event changes its type, too.',
    "import type { CloudEvent } from 'sluice-client';",
    ...writer.declarations,
    `export type SalesforceEvent =${names.map((name) => `\n  | ${name}`).join('') || ' never'};`,
  ].join('\n\n')}\n`;
}

class ModuleWriter {
  readonly declarations: string[] = [];
  /** Every name in use, with its meaning: a record that occurs in two topics is declared once. */
  readonly #names = new Map<string, string>();

  /** Declares the events of a topic and returns the name of their type. */
  event({ topic, eventTypes, dataSchema }: TopicTypes): string {
    const title = isJsonObject(dataSchema) ? String(dataSchema['title'] ?? '') : '';
    const base = pascal(title.replace(/(__)?Event$/, '').replace(/__e$/, ''));
    const data = this.#records(isJsonObject(dataSchema) ? dataSchema : {}, `${base}Data`, base);
    const name = this.#free(`${base}Event`, topic);
    this.declarations.push(
      [
        `/** An event of ${comment(topic)}. */`,
        `export interface ${name} extends CloudEvent<${data}> {`,
        `  readonly type: ${eventTypes.map(literal).join(' | ') || 'string'};`,
        `  readonly subject: ${literal(topic)};`,
        `  readonly data: ${data};`,
        '}',
      ].join('\n'),
    );
    return name;
  }

  /** Declares the records of the schema, then the schema itself. */
  #records(schema: Json, wanted: string, base: string): string {
    const definitions = isJsonObject(schema['$defs']) ? schema['$defs'] : {};
    const names = new Map<string, string>();
    // Choose all names before writing any record, because records may refer to each other.
    for (const [name, definition] of Object.entries(definitions)) {
      names.set(`#/$defs/${name}`, this.#nameOf(name, base, JSON.stringify([name, definition, definitions])));
    }
    const name = this.#free(wanted, JSON.stringify(schema));
    for (const [reference, definition] of Object.entries(definitions)) {
      const declared = names.get(`#/$defs/${reference}`) ?? reference;
      if (isJsonObject(definition)) this.#declare(declared, definition, names);
    }
    this.#declare(name, schema, names);
    return name;
  }

  /** The record's own name, prefixed with the topic's if another record has that name. */
  #nameOf(name: string, base: string, meaning: string): string {
    const own = pascal(name);
    const known = this.#names.get(own);
    if (known === undefined || known === meaning) {
      this.#names.set(own, meaning);
      return own;
    }
    return this.#free(`${base}${own}`, meaning);
  }

  #free(wanted: string, meaning: string): string {
    let name = wanted;
    for (let count = 2; this.#names.has(name); count += 1) name = `${wanted}${count}`;
    this.#names.set(name, meaning);
    return name;
  }

  #declare(name: string, schema: Json, names: ReadonlyMap<string, string>): void {
    const declaration = `export interface ${name} ${objectType(schema, names)}`;
    if (!this.declarations.includes(declaration)) this.declarations.push(declaration);
  }
}

type Json = Readonly<Record<string, unknown>>;

function typeOf(schema: unknown, names: ReadonlyMap<string, string>): string {
  if (!isJsonObject(schema)) return 'unknown';
  const { $ref, anyOf, type } = schema;
  if (typeof $ref === 'string') return names.get($ref) ?? 'unknown';
  if (Array.isArray(anyOf)) return anyOf.map((each) => typeOf(each, names)).join(' | ');
  if (Array.isArray(schema['enum'])) return schema['enum'].map(literal).join(' | ');
  if (Array.isArray(type)) return type.map((each) => typeOf({ ...schema, type: each }, names)).join(' | ');
  switch (type) {
    case 'integer':
      return schema['format'] === 'int64' ? 'number | bigint' : 'number';
    case 'number':
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'array':
      return `readonly (${typeOf(schema['items'], names)})[]`.replace(/\((\w+)\)\[\]$/, '$1[]');
    case 'object':
      return 'properties' in schema
        ? objectType(schema, names)
        : `{ readonly [key: string]: ${typeOf(schema['additionalProperties'], names)} }`;
    default:
      return 'unknown';
  }
}

function objectType(schema: Json, names: ReadonlyMap<string, string>): string {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const lines = Object.entries(properties).flatMap(([name, property]) => {
    const description = isJsonObject(property) ? property['description'] : undefined;
    return [
      ...(typeof description === 'string' ? [`  /** ${comment(description)} */`] : []),
      `  readonly ${keyOf(name)}${required.includes(name) ? '' : '?'}: ${typeOf(property, names)};`,
    ];
  });
  return ['{', ...lines, '}'].join('\n');
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

function keyOf(name: string): string {
  return IDENTIFIER.test(name) ? name : literal(name);
}

/** A TypeScript string literal. `'` and `\` need TypeScript's escapes; everything else is escaped as in JSON. */
function literal(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function comment(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ');
}

/** Turns `Order_Placed` into `OrderPlaced`; the result is a valid type name for any input. */
function pascal(name: string): string {
  const parts = name.split(/[^A-Za-z0-9]+/).filter((part) => part !== '');
  const joined = parts.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join('');
  return /^[A-Za-z]/.test(joined) ? joined : `T${joined}`;
}
