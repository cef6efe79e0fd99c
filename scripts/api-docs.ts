import { readFileSync, writeFileSync } from 'node:fs';
import type { JsonSchema } from '@valibot/to-json-schema';
import { type OperationObject, openApiDocument } from '../functions/api/openapi.ts';
import { PROBLEMS } from '../functions/api/problems.ts';
import { ROUTES } from '../functions/api/routes/table.ts';

/**
 * Writes the reference of docs/api.md from the OpenAPI document; with `--check` it only reports whether the reference
 * is up to date.
 */
const FILE = `${import.meta.dirname}/../docs/api.md`;
const MARK = '<!-- made by scripts/api-docs.ts -->';
/** JSON Schema's formats in words, for readers who do not know it. */
const FORMATS: Readonly<Record<string, string>> = { 'date-time': 'time', uri: 'URL', uuid: 'UUID' };

const { paths, components } = openApiDocument(ROUTES, 'https://<host>');
const { schemas } = components;

const before = readFileSync(FILE, 'utf8');
const at = before.indexOf(MARK);
if (at < 0) throw new Error(`expected ${MARK} in docs/api.md`);
const after = `${before.slice(0, at)}${MARK}\n\n${reference()}\n`;

if (!process.argv.includes('--check')) writeFileSync(FILE, after);
else if (after !== before) {
  console.error('docs/api.md is not up to date: run npm run docs:api');
  process.exit(1);
}

function reference(): string {
  return [
    '## Requests',
    ...requestsByNoun(),
    '## Objects',
    '`?` marks a field that may be absent.',
    ...Object.entries(schemas).flatMap(objectSection),
    '## Problems',
    table(['id', 'status', ''], problemRows()),
  ].join('\n\n');
}

function requestsByNoun(): string[] {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const byNoun = Map.groupBy(operations, ({ operation }) => operation.tags.join(' '));
  return [...byNoun].flatMap(([noun, requests]) => [
    `### ${noun}`,
    table(
      ['request', 'body', 'answer', ''],
      requests.map(({ path, method, operation }) => [
        `${method.toUpperCase()} \`${path}\``,
        bodyText(operation.requestBody?.content),
        answerText(operation),
        `${operation.summary}${queryText(operation)}`,
      ]),
    ),
  ]);
}

function bodyText(content: OperationObject['responses'][string]['content'] | undefined): string {
  const schema = content?.['application/json']?.schema;
  return schema === undefined ? '' : typeText(schema);
}

function answerText({ responses }: OperationObject): string {
  return Object.entries(responses)
    .filter(([status]) => Number(status) < 300)
    .map(([status, { content }]) => `${status} ${bodyText(content)}`.trim())
    .join(', ');
}

function queryText({ parameters }: OperationObject): string {
  const lines = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema, description }) => {
      const notes = noteText(description === undefined ? schema : { ...schema, description });
      return `\`${name}\`: ${typeText(schema)}${notes === '' ? '' : `; ${notes}`}`;
    });
  return lines.length === 0 ? '' : `<br>Query: ${lines.join('<br>')}`;
}

/** A list is described where it is answered, as a list of its items. */
function objectSection([name, schema]: [string, JsonSchema]): string[] {
  if (schema.type !== 'object') return [];
  const rows = fieldRows('', schema);
  const rules = [
    ...(schema.description === undefined ? [] : [schema.description]),
    ...(schema.minProperties === 1 ? ['At least one of the fields.'] : []),
    ...[schema, ...(schema.allOf ?? [])].filter(isSchema).flatMap(ruleTexts),
  ];
  return [
    `### ${name}`,
    ...(rules.length === 0 ? [] : [rules.join(' ')]),
    rows.length === 0 ? 'No fields.' : table(['field', 'type', ''], rows),
  ];
}

/** The rules that `eitherNames`, `given` and `onlyWith` express (src/domain/fields.ts). */
function ruleTexts({ oneOf, anyOf }: JsonSchema): string[] {
  const [absent, other] = (anyOf ?? []).filter(isSchema);
  const withOthers = Object.keys(absent?.properties ?? {}).map(
    (name) => `\`${name}\` only with ${conditionText(other)}.`,
  );
  return oneOf === undefined
    ? withOthers
    : [`Exactly one of ${oneOf.filter(isSchema).map(conditionText).join(' and ')}.`, ...withOthers];
}

function conditionText({ required = [], properties = {} }: JsonSchema = {}): string {
  return required
    .map((name) => {
      const field = properties[name];
      const value = isSchema(field) && field.const !== undefined ? `: ${String(field.const)}` : '';
      return `\`${name}${value}\``;
    })
    .join(' and ');
}

/** A row for each field, and for each nested field that has a description. */
function fieldRows(prefix: string, schema: JsonSchema): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (!isSchema(field)) return [];
    const path = `${prefix}${name}`;
    const row = [`\`${path}\`${optionalMark(schema, name)}`, typeText(field), noteText(field)];
    return [row, ...parts(field).flatMap(([suffix, part]) => fieldRows(`${path}${suffix}.`, part))].filter(
      ([, type = '', note = ''], index) => index === 0 || note !== '' || type.includes('`'),
    );
  });
}

function optionalMark({ required = [] }: JsonSchema, name: string): string {
  return required.includes(name) ? '' : '?';
}

/** The objects that make up a field. */
function parts(field: JsonSchema): [suffix: string, part: JsonSchema][] {
  if (field.type === 'array' && isSchema(field.items)) {
    return parts(field.items).map(([suffix, part]) => [`[]${suffix}`, part]);
  }
  if (field.properties !== undefined) return [['', field]];
  return (field.anyOf ?? []).filter(isSchema).flatMap(parts);
}

function typeText(schema: JsonSchema): string {
  const { $ref, type, enum: values, anyOf, items, properties, format, contentEncoding } = schema;
  if ($ref !== undefined) return referenceText($ref);
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (anyOf !== undefined) return anyOf.filter(isSchema).map(typeText).join(' or ');
  if (type === 'array' && isSchema(items)) return `list of ${typeText(items)}`;
  if (type === 'object' && properties !== undefined) {
    return `{${Object.keys(properties)
      .map((name) => `${name}${optionalMark(schema, name)}`)
      .join(', ')}}`;
  }
  if (type === 'null') return 'null';
  const named = FORMATS[format ?? ''] ?? contentEncoding ?? String(type ?? 'any');
  return [named, ...bounds(schema)].join(', ');
}

/** A list component goes by the name of its items. */
function referenceText($ref: string): string {
  const name = $ref.split('/').at(-1) ?? '';
  const { type, items } = schemas[name] ?? {};
  if (type === 'array' && isSchema(items)) return `list of ${typeText(items)}`;
  return `[${name}](#${name.toLowerCase()})`;
}

function bounds({ minimum, maximum, maxLength, maxItems }: JsonSchema): string[] {
  return [
    ...(minimum !== undefined && maximum !== undefined ? [`${minimum} to ${maximum}`] : []),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
  ];
}

function noteText(field: JsonSchema): string {
  // What applies to a nullable value is taken from the value itself.
  const described = [field, ...(field.anyOf ?? []).filter(isSchema)];
  const notes = described.flatMap(({ description, default: usual, examples = [] }) => [
    ...(description === undefined ? [] : [description]),
    ...(usual === undefined ? [] : [`default ${codeText(usual)}`]),
    ...(examples.length === 0 ? [] : [`such as ${examples.map(codeText).join(', ')}`]),
  ]);
  return notes.join('; ');
}

function codeText(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function problemRows(): string[][] {
  return Object.entries(PROBLEMS)
    .toSorted(
      ([one, { status }], [other, { status: otherStatus }]) =>
        status - otherStatus || one.localeCompare(other),
    )
    .map(([id, { status, title }]) => [`\`${id}\``, String(status), title]);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), `|${'---|'.repeat(titles.length)}`, ...rows.map(line)].join('\n');
}
