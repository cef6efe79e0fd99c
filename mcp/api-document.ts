import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject, parseJson } from '../src/base/json.ts';
import type { Value } from './json-of.ts';

/** The API document for callers. `npm run check` compares it with the routes, and the CLI's package includes it. */
const FILE = join('docs', 'openapi-baseline.json');

/** The parts of a management API operation that a tool needs. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Begins with `/v1`; parameters are written `{name}`. */
  readonly path: string;
  readonly summary: string;
  /** JSON Schemas by name, without references. */
  readonly pathFields: Fields;
  readonly queryFields: Fields;
  readonly bodyFields: Fields;
  /** The required fields of all three. */
  readonly required: readonly string[];
}

export type Fields = Readonly<Record<string, JsonObject>>;

export interface ApiDocument {
  readonly whole: JsonObject;
  readonly operations: ReadonlyMap<string, Operation>;
}

const METHODS = ['get', 'post', 'patch', 'delete'];

/** @param root the folder of the repository or of the CLI's package */
export function readApiDocument(root: string): ApiDocument {
  const whole = parseJson(readFileSync(join(root, FILE), 'utf8'));
  if (!isJsonObject(whole)) throw new Error(`expected ${FILE} to be an OpenAPI document`);
  const operations = Object.entries(objectAt(whole, 'paths')).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = isJsonObject(item) ? item[method] : undefined;
      return isJsonObject(operation) ? [operationOf(whole, method.toUpperCase(), path, operation)] : [];
    }),
  );
  return { whole, operations: new Map(operations.map((operation) => [operation.id, operation])) };
}

/** One operation of the document, with the referenced schemas inlined. */
export function describedOperation({ whole, operations }: ApiDocument, id: string): JsonObject | undefined {
  const found = operations.get(id);
  if (found === undefined) return undefined;
  const item = objectAt(objectAt(whole, 'paths'), found.path);
  const { responses, ...operation } = objectAt(item, found.method.toLowerCase());
  // All operations share the format of a refusal.
  const answers = Object.entries(isJsonObject(responses) ? responses : {}).map(([status, answer]) =>
    isJsonObject(answer) && Number(status) >= 400
      ? [status, { description: answer['description'] ?? '' }]
      : [status, answer],
  );
  const { method, path } = found;
  const described = { method, path, ...operation, responses: Object.fromEntries(answers) };
  const inlined = withoutReferences(whole, described);
  return isJsonObject(inlined) ? inlined : undefined;
}

function operationOf(document: JsonObject, method: string, path: string, operation: JsonObject): Operation {
  const parameters = (Array.isArray(operation['parameters']) ? operation['parameters'] : []).filter(
    isJsonObject,
  );
  const placed = (place: string) =>
    parameters.filter((parameter) => parameter['in'] === place).map((parameter) => parameterOf(parameter));
  const inPath = placed('path');
  const inQuery = placed('query');
  const body = bodyOf(document, operation);
  const required = [...inPath, ...inQuery].filter(({ isRequired }) => isRequired).map(({ name }) => name);
  return {
    id: textAt(operation, 'operationId'),
    method,
    path,
    summary: textAt(operation, 'summary'),
    pathFields: fieldsOf(inPath),
    queryFields: fieldsOf(inQuery),
    bodyFields: body.fields,
    required: [...required, ...body.required],
  };
}

interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: JsonObject;
}

function parameterOf(parameter: JsonObject): Parameter {
  const description = parameter['description'];
  const schema = objectAt(parameter, 'schema');
  return {
    name: textAt(parameter, 'name'),
    isRequired: parameter['required'] === true,
    schema: description === undefined ? schema : { ...schema, description },
  };
}

function fieldsOf(parameters: readonly Parameter[]): Fields {
  return Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
}

/** The fields of the body, without rules between them, which the service checks and explains in a sentence. */
function bodyOf(
  document: JsonObject,
  operation: JsonObject,
): { readonly fields: Fields; readonly required: readonly string[] } {
  const { requestBody } = operation;
  if (!isJsonObject(requestBody)) return { fields: {}, required: [] };
  const { schema } = objectAt(objectAt(requestBody, 'content'), 'application/json');
  const inlined = withoutReferences(document, schema ?? {});
  if (!isJsonObject(inlined)) return { fields: {}, required: [] };
  const required = Array.isArray(inlined['required']) ? inlined['required'] : [];
  return {
    fields: Object.fromEntries(
      Object.entries(objectAt(inlined, 'properties')).flatMap(([name, field]) =>
        isJsonObject(field) ? [[name, field]] : [],
      ),
    ),
    required: required.filter((name) => typeof name === 'string'),
  };
}

/** Terminates because schemas are not recursive: otherwise `openApiDocument` could not have been generated. */
function withoutReferences(document: JsonObject, value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => withoutReferences(document, item));
  if (!isJsonObject(value)) return value;
  const { $ref, ...rest } = value;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    const schema = objectAt(objectAt(objectAt(document, 'components'), 'schemas'), name);
    return withoutReferences(document, { ...schema, ...rest });
  }
  return Object.fromEntries(
    Object.entries(rest).map(([name, part]) => [name, withoutReferences(document, part)]),
  );
}

function objectAt(value: JsonObject, name: string): JsonObject {
  const found = value[name];
  return isJsonObject(found) ? found : {};
}

function textAt(value: JsonObject, name: string): string {
  const found = value[name];
  return typeof found === 'string' ? found : '';
}
