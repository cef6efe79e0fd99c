import {
  type ConversionConfig,
  type JsonSchema,
  toJsonSchema,
  toJsonSchemaDefs,
} from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { IDEMPOTENCY_KEY_LENGTH_MAX } from '../../src/domain/apps/idempotency-key.ts';
import { Problem } from '../../src/management/problems/schema.ts';
import { COMPONENTS } from './components.ts';
import type { QuerySchema } from './parse.ts';
import { PLATFORM_FIELDS } from './platform-schemas.ts';
import { PROBLEMS } from './problems.ts';
import { problemIds, type Route } from './route.ts';

/** Describes the path parameters. */
const PARAMETERS: Readonly<Record<string, string>> = {
  app: "the app's id or name",
  appId: "the app's id",
  authorization: 'alias or id',
  deadLetter: 'id',
  delivery: 'id',
  publication: 'name or id',
  publicationId: 'id',
  quarantined: 'id',
  record: 'id of a Salesforce record, of 15 or 18 characters',
  source: 'name or id of a subscription',
  subscription: 'name or id',
  target: 'name or id of a publication',
  token: 'id of the token, not the token itself',
  user: 'of the publish credentials',
};

const TEXT: JsonSchema = { type: 'string' };
const OBJECT: JsonSchema = { type: 'object' };

/** Describes the input before a schema transforms it. A check is code, so the metadata beside it describes it. */
const CONVERSION = {
  target: 'draft-2020-12',
  typeMode: 'input',
  ignoreActions: ['check'],
  overrideSchema: ({ valibotSchema }) => {
    const ofPlatforms = PLATFORM_FIELDS.get(valibotSchema);
    if (ofPlatforms !== undefined) return fragment(ofPlatforms);
    // A value that is already known: its metadata has its type.
    return valibotSchema.type === 'custom' ? {} : undefined;
  },
  overrideRef: ({ referenceId }) => refTo(referenceId),
} as const satisfies ConversionConfig;

const SCHEMAS: Readonly<Record<string, JsonSchema>> = toJsonSchemaDefs(COMPONENTS, CONVERSION);
const NAMES = new Map(Object.entries(COMPONENTS).map(([name, schema]) => [schema, name]));

/** The OpenAPI 3.1 document, generated from the table that the handler serves, so that every route is described. */
export function openApiDocument(routes: readonly Route[], serverUrl: string) {
  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operationObject(route);
    paths[route.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice management API',
      version: '1',
      description:
        'Apps, authorizations, subscriptions, publications, streams, deliveries and dead letters of an installation. Errors are application/problem+json.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: "an app's token for the paths under its tenant, an administration token for all",
        },
      },
    },
  };
}

/** The parts of an OpenAPI operation that readers of the document use. */
export interface OperationObject {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly ParameterObject[];
  readonly requestBody?: BodyObject & { readonly required: boolean };
  readonly responses: { readonly [status: string]: BodyObject & { readonly description: string } };
}
export interface ParameterObject {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string | undefined;
  readonly schema: JsonSchema;
}
export interface BodyObject {
  readonly content: { readonly [type: string]: { readonly schema: JsonSchema } };
}

function operationObject(route: Route): OperationObject {
  const { method, path, access, body, isBodyOptional, query, isConditional } = route;
  const pathParameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PARAMETERS[name] ?? name,
    schema: TEXT,
  }));
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [tagOf(path)],
    ...(access === 'public' && { security: [] }),
    parameters: [
      ...pathParameters,
      ...(query === undefined ? [] : queryParameters(query)),
      ...(isConditional === true ? [IF_MATCH] : []),
      ...(method === 'POST' && access !== 'public' ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: isBodyOptional !== true,
        content: { 'application/json': { schema: reference(body) } },
      },
    }),
    responses: { ...answers(route), ...problems(route) },
  };
}

const IF_MATCH: ParameterObject = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description:
    'the ETag with which GET answered: the change is made only if nobody has changed the resource since then',
  schema: TEXT,
};

const IDEMPOTENCY_KEY: ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'of your choice, a new one for each request: within 24 hours a repeat with the same key and the same contents is answered as the first was, and changes nothing',
  schema: { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_LENGTH_MAX },
};

function queryParameters(query: QuerySchema): ParameterObject[] {
  return Object.entries(query.entries).map(([name, schema]) => {
    const { description, ...rest } = fragment(schema);
    return { name, in: 'query', required: schema.type !== 'optional', description, schema: rest };
  });
}

/** A schema inside a document, which names the dialect itself. */
function fragment(schema: v.GenericSchema): JsonSchema {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, CONVERSION);
  return rest;
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

function reference(schema: v.GenericSchema): JsonSchema {
  const name = NAMES.get(schema);
  if (name === undefined) throw new Error('expected the schema of a route to be exported by a schema.ts');
  return { $ref: refTo(name) };
}

const VERBS: ReadonlySet<string> = new Set(['retry', 'redrive', 'rewind', 'replay']);

/** The noun: the last segment that is not a parameter or a verb. */
function tagOf(path: string): string {
  const nouns = path.split('/').filter((part) => part !== '' && !part.startsWith('{') && !VERBS.has(part));
  return nouns.at(-1) ?? '';
}

function answers({ answer }: Route): OperationObject['responses'] {
  if (answer.schema === 'page') {
    const content = { 'text/html': { schema: TEXT } };
    return {
      '200': { description: 'a page that says that it worked', content },
      '400': { description: 'a page that says what the address is for', content },
      '422': { description: 'a page that says what went wrong and what to do', content },
    };
  }
  const schema = answer.schema === 'document' ? OBJECT : reference(answer.schema);
  return {
    [answer.status]: {
      description: answer.status === 201 ? 'made' : 'done',
      content: { 'application/json': { schema } },
    },
  };
}

function problems(route: Route): OperationObject['responses'] {
  if (route.answer.schema === 'page') return {};
  const byStatus = Map.groupBy(problemIds(route), (id) => PROBLEMS[id].status);
  return Object.fromEntries(
    [...byStatus].map(([status, ids]) => [
      String(status),
      {
        description: ids.toSorted((one, other) => one.localeCompare(other)).join(', '),
        content: { 'application/problem+json': { schema: reference(Problem) } },
      },
    ]),
  );
}
