import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { type BodyObject, openApiDocument } from '../../functions/api/openapi.ts';
import { problemIds, type Route } from '../../functions/api/route.ts';
import { ROUTES } from '../../functions/api/routes/table.ts';

/**
 * Checks the management API's real requests and answers against its OpenAPI document. The document leaves answers open,
 * so that a later version may add to them; here they are closed: a field that the document does not name is a fault.
 */
const { paths, components } = openApiDocument(ROUTES, 'https://api.example.com');
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
formats.default(ajv, ['uuid', 'date-time', 'uri']);

for (const [name, schema] of Object.entries(components.schemas)) {
  ajv.addSchema({ $id: `/${name}`, ...closed(schema) });
}

function closed(schema: object): object {
  const text = JSON.stringify(schema, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$ref' in value && typeof value.$ref === 'string') {
      return { $ref: value.$ref.replace('#/components/schemas', '') };
    }
    if ('type' in value && value.type === 'object' && !('additionalProperties' in value)) {
      return { ...value, additionalProperties: false };
    }
    return value;
  });
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? parsed : {};
}

/** The differences from the schema that the document names there; empty where it names none. */
function faults(described: BodyObject | undefined, type: string, value: unknown): string | undefined {
  const reference = described?.content[type]?.schema.$ref;
  if (reference === undefined) return undefined;
  const name = reference.replace('#/components/schemas/', '');
  const validate: ValidateFunction | undefined = ajv.getSchema(`/${name}`);
  if (validate === undefined) throw new Error(`expected a schema named ${name}`);
  if (validate(value) === true) return undefined;
  return `${name}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`;
}

export interface Exchange {
  readonly route: Route | undefined;
  readonly requestBody: unknown;
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

/** How the exchange differs from the document; undefined if it does not. */
export function documentFault({
  route,
  requestBody,
  status,
  contentType,
  body,
}: Exchange): string | undefined {
  const isProblem = contentType === 'application/problem+json';
  if (status >= 400 && isProblem) {
    const fault = faults(PROBLEM, contentType, body);
    if (fault !== undefined || route === undefined) return fault;
    const { id, message } = body as { id: string; message: string };
    if (!problemIds(route).some((documented) => documented === id)) {
      return `${route.id}: the document does not say that it may answer ${id}`;
    }
    // Rules that the document cannot express have a status and an id of their own (422).
    const isOfBody = id === 'invalid-request' && !/^the (query|header)/.test(message);
    const described = paths[route.path]?.[route.method.toLowerCase()]?.requestBody;
    if (isOfBody && faults(described, 'application/json', requestBody) === undefined) {
      return `${route.id}: the document takes ${JSON.stringify(requestBody)}, refused: ${message}`;
    }
    return undefined;
  }
  if (route === undefined)
    return `expected a problem where there is no route, found ${status} ${contentType}`;
  const { id, answer, isBodyOptional } = route;
  if (answer.schema === 'page') return contentType.startsWith('text/html') ? undefined : `${id}: no page`;
  if (status !== answer.status) return `${id}: expected ${answer.status}, found ${status}`;
  if (contentType !== 'application/json') return `${id}: expected application/json, found ${contentType}`;
  const operation = paths[route.path]?.[route.method.toLowerCase()];
  const response = operation?.responses[status];
  if (response === undefined) return `${id}: the document does not say that it may answer ${status}`;
  const fault = faults(response, contentType, body);
  if (fault !== undefined) return fault;
  if (isBodyOptional === true && requestBody === undefined) return undefined;
  return faults(operation?.requestBody, 'application/json', requestBody);
}

const PROBLEM: BodyObject = {
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
