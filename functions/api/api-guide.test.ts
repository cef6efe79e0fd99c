import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.ts';
import { PROBLEMS } from './problems.ts';
import { ROUTES } from './routes/table.ts';

// docs/api.md is written for people; what it says is held to the table that is served and to the schemas of its objects.

const GUIDE = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
const LINES = GUIDE.split('\n');

/** `GET /v1/tenants/{}/streams`: parameters are called otherwise in the guide. */
function key(method: string, path: string): string {
  const whole = path.replace(/^…/, '/v1/tenants/{app}').replace(/\?.*$/, '');
  return `${method} ${whole.replace(/\{\w+\}/g, '{}')}`;
}

/** The line of the table that describes each route. */
const described = new Map<string, string>();
for (const line of LINES.filter((each) => each.startsWith('| '))) {
  const cell = line.split(' | ', 1)[0] ?? '';
  // One list of methods and the paths that it is for: "GET, POST `/v1/tokens`", "GET/DELETE `…/streams/{x}`".
  for (const [, methods = '', path = ''] of cell.matchAll(/((?:[A-Z]{3,}(?:, |\/)?)+) `([^`]+)`/g)) {
    for (const method of methods.split(/, |\//)) described.set(key(method, path), line);
  }
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w])${name}(?![\\w])`).test(text);
}

/** Names of the fields of a schema, through its parts and alternatives. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, allOf = [], anyOf = [], oneOf = [], $ref } = schema as SchemaParts;
  const referred = $ref === undefined ? [] : [SCHEMAS_BY_NAME[$ref.split('/').at(-1) ?? '']];
  return [...Object.keys(properties), ...[...allOf, ...anyOf, ...oneOf, ...referred].flatMap(fieldsOf)];
}
interface SchemaParts {
  readonly properties?: object;
  readonly allOf?: readonly unknown[];
  readonly anyOf?: readonly unknown[];
  readonly oneOf?: readonly unknown[];
  readonly $ref?: string;
}
const { components, paths } = openApiDocument(ROUTES, 'https://api.example.com');
const SCHEMAS_BY_NAME: Readonly<Record<string, unknown>> = components.schemas;

describe('the guide to the management API', () => {
  it('describes every route that is served, and no other', () => {
    expect([...described.keys()].sort()).toEqual(ROUTES.map(({ method, path }) => key(method, path)).sort());
  });

  it.each(
    ROUTES.flatMap(({ method, path }) => {
      const body = paths[path]?.[method.toLowerCase()]?.requestBody;
      return body === undefined
        ? []
        : [[`${method} ${path}`, key(method, path), body.content['application/json']?.schema] as const];
    }),
  )('names every field that %s takes', (_route, route, body) => {
    const line = described.get(route) ?? '';
    expect(fieldsOf(body).filter((field) => !mentions(line, field))).toEqual([]);
  });

  it('names every query parameter', () => {
    for (const { method, path, query, access } of ROUTES) {
      if (access === 'public') continue;
      const line = described.get(key(method, path)) ?? '';
      expect(Object.keys(query?.entries ?? {}).filter((name) => !mentions(line, name))).toEqual([]);
    }
  });

  it.each([
    ['Authorization', 'Authorization'],
    ['Subscription', 'SubscriptionDetail'],
    ['Publication', 'Publication'],
    ['Stream', 'Stream'],
    ['Delivery', 'DeliveryDetail'],
    ['Quarantined', 'QuarantineRecord'],
    ['Dead letter', 'DeadLetter'],
    ['Feed', 'Feed'],
    ['Allocation', 'Allocation'],
  ])('names every field of a %s', (noun, schema) => {
    const start = LINES.findIndex((line) => line.startsWith(`- ${noun} `));
    const end = LINES.findIndex((line, at) => at > start && !line.startsWith('  '));
    const text = LINES.slice(start, end).join('\n');
    const fields = fieldsOf(SCHEMAS_BY_NAME[schema]);
    expect(fields.length).toBeGreaterThan(2);
    expect(fields.filter((field) => !mentions(text, field))).toEqual([]);
  });

  it('lists every problem with its status', () => {
    const listed = LINES.flatMap((line) => {
      const [, ids = '', status] = /^\| ((?:`[a-z-]+`(?:, )?)+) \| (\d{3}) \|/.exec(line) ?? [];
      return [...ids.matchAll(/`([a-z-]+)`/g)].map(([, id]) => `${id} ${status}`);
    });
    expect(listed.sort()).toEqual(
      Object.entries(PROBLEMS)
        .map(([id, { status }]) => `${id} ${status}`)
        .sort(),
    );
  });
});
