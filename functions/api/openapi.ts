import { SCHEMAS } from './openapi-schemas.ts';
import { PROBLEMS, type ProblemId } from './problems.ts';
import type { Operation, Route } from './route.ts';

/** What the path parameters take. */
const PARAMETERS: Readonly<Record<string, string>> = {
  app: "the app's id or name",
  authorization: 'alias or id',
  deadLetter: 'id',
  delivery: 'id',
  publication: 'name or id',
  quarantined: 'id',
  source: 'name or id of a subscription',
  subscription: 'name or id',
  target: 'name or id of a publication',
  token: 'id of the token, not the token itself',
  user: 'of the publish credentials',
};

/** The OpenAPI 3.1 document, made from the table that the handler serves: no route is without its description. */
export function openApiDocument(routes: readonly Route[], serverUrl: string): object {
  const paths: Record<string, Record<string, object>> = {};
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

function operationObject(route: Route): object {
  const { operation, path, access } = route;
  const pathParameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PARAMETERS[name] ?? name,
    schema: { type: 'string' },
  }));
  const queryParameters = (operation.query ?? []).map((parameter) => ({
    ...parameter,
    in: 'query',
    required: false,
  }));
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [tagOf(path)],
    ...(access === 'public' && { security: [] }),
    parameters: [...pathParameters, ...queryParameters],
    ...(operation.body !== undefined && {
      requestBody: {
        required: operation.isBodyOptional !== true,
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${operation.body}` } } },
      },
    }),
    responses: { ...answers(operation), ...problems(route) },
  };
}

const VERBS: ReadonlySet<string> = new Set(['retry', 'redrive', 'rewind', 'replay']);

/** The noun: the last segment that is not a parameter or a verb. */
function tagOf(path: string): string {
  const nouns = path.split('/').filter((part) => part !== '' && !part.startsWith('{') && !VERBS.has(part));
  return nouns.at(-1) ?? '';
}

function answers({ answer }: Operation): Record<string, object> {
  if (answer.schema === 'page') {
    const content = { 'text/html': { schema: { type: 'string' } } };
    return {
      '200': { description: 'a page that says that it worked', content },
      '400': { description: 'a page that says what went wrong and what to do', content },
    };
  }
  const schema =
    answer.schema === 'document' ? { type: 'object' } : { $ref: `#/components/schemas/${answer.schema}` };
  return {
    [answer.status]: {
      description: answer.status === 201 ? 'made' : 'done',
      content: { 'application/json': { schema } },
    },
  };
}

/** Which problems a route may answer, by status. */
export function problemIds({ access, operation }: Route): readonly ProblemId[] {
  const ids: ProblemId[] = [...operation.problems, 'internal-error', 'storage-full'];
  if (access !== 'public') ids.push('invalid-token', 'forbidden', 'body-too-large');
  if (access === 'app') ids.push('not-found');
  if (operation.body !== undefined) ids.push('malformed-json', 'invalid-request');
  if (operation.query !== undefined && access !== 'public') ids.push('invalid-request');
  return [...new Set(ids)];
}

function problems(route: Route): Record<string, object> {
  if (route.operation.answer.schema === 'page') return {};
  const byStatus = Map.groupBy(problemIds(route), (id) => PROBLEMS[id].status);
  return Object.fromEntries(
    [...byStatus].map(([status, ids]) => [
      String(status),
      {
        description: ids.toSorted((one, other) => one.localeCompare(other)).join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
