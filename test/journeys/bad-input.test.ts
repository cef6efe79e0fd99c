import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '../../functions/api/route.ts';
import { ROUTES } from '../../functions/api/routes/table.ts';
import { newTokenText } from '../../src/management/apps/tokens.ts';
import { LocalRun, temporaryState } from '../support/local-run.ts';

/**
 * Every route of the management API, over real HTTP, with each thing that can be wrong with a request: its answer, and that
 * the answer says what was expected and what was found. The table covers a new route once it contains it.
 */
const state = temporaryState();
let run: LocalRun;
let app: { readonly id: string; readonly token: string };
let foreignToken: string;

beforeAll(async () => {
  run = await LocalRun.start(state.dir, '--no-demo');
  const made = async (name: string) => {
    const { json } = await run.api('POST', '/v1/apps', { name });
    return { id: String(json['id']), token: String(json['token']) };
  };
  app = await made('shop');
  foreignToken = (await made('other')).token;
  // A token that was right once is let in, whatever else comes from this address.
  const listed = ROUTES.find(({ id }) => id === 'listStreams');
  if (listed === undefined) throw new Error('expected the route');
  expect((await ask(listed, { token: app.token })).status).toBe(200);
});

afterAll(async () => {
  await run.end('SIGINT');
  state.remove();
});

interface Asked {
  readonly method?: string;
  readonly query?: string;
  readonly token?: string | undefined;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Replaces the name or id that a parameter takes. */
  readonly id?: string;
}

async function ask({ method, path }: Route, asked: Asked) {
  const target = path.replaceAll(/\{(\w+)\}/g, (_text, name: string) =>
    name === 'app' ? app.id : (asked.id ?? 'no-such-thing'),
  );
  const response = await fetch(`${run.origin}${target}${asked.query ?? ''}`, {
    method: asked.method ?? method,
    headers: {
      'content-type': 'application/json',
      ...(asked.token !== undefined && { authorization: `Bearer ${asked.token}` }),
    },
    ...(asked.body !== undefined && { body: asked.body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

/** A sentence with its status, in the form of RFC 9457. */
async function expectRefused(route: Route, asked: Asked, status: number, id: string) {
  const answer = await ask(route, asked);
  expect({ status: answer.status, type: answer.headers.get('content-type') }, answer.text).toEqual({
    status,
    type: 'application/problem+json',
  });
  const problem: unknown = JSON.parse(answer.text);
  expect(problem).toMatchObject({
    id,
    status,
    message: expect.stringMatching(/expected .+, found |^expected /),
  });
  return { ...answer, problem };
}

const named = (routes: readonly Route[]) =>
  routes.map((route): [string, Route] => [`${route.method} ${route.path}`, route]);
const guarded = ROUTES.filter(({ access }) => access !== 'public');
const withBody = ROUTES.filter(({ body }) => body !== undefined);
/** Deleting an app takes its id, which is not made up here. */
const withId = guarded.filter(
  ({ id, path, body }) =>
    // A Salesforce record is not an object of ours: a path that names none is refused with 422.
    /\{(?!app\})/.test(path) && body === undefined && id !== 'findEventsOfRecord',
);

const required = (route: Route) => (route.access === 'admin' ? run.adminToken : app.token);

describe('a request without a right to it', () => {
  test.each(named(guarded))('%s', async (_name, route) => {
    for (const token of [undefined, 'nonsense', 'slc_app_short']) {
      const { headers } = await expectRefused(route, { token }, 401, 'invalid-token');
      expect(headers.get('www-authenticate')).toMatch(/^Bearer /);
    }
    // Such a route acts on the token's own app.
    if (route.access === 'token') return;
    await expectRefused(route, { token: foreignToken }, 403, 'forbidden');
  });

  test('of made-up tokens that could be real, one address has a few tries', async () => {
    const [route] = guarded;
    if (route === undefined) throw new Error('expected a route');
    const statuses = new Set<number>();
    for (let n = 0; n < 40; n += 1) statuses.add((await ask(route, { token: newTokenText('app') })).status);
    expect([...statuses]).toEqual([401, 429]);
    // A client with the right token is still let in.
    expect((await ask(route, { token: run.adminToken })).status).toBe(200);
  });
});

describe('a request that is not as the document says', () => {
  test.each(named(guarded))('%s, with a parameter that it does not have', async (_name, route) => {
    const { problem } = await expectRefused(
      route,
      { token: required(route), query: '?bogus=1' },
      400,
      'invalid-request',
    );
    expect(problem).toMatchObject({ message: expect.stringContaining('"bogus"') });
  });

  test.each(named(withBody))('%s, with another body', async (_name, route) => {
    const token = required(route);
    const malformed = ['{', 'name=x', '\uFEFF{}', '{"a":1e400}', new Uint8Array([0x22, 0xff, 0x22])];
    for (const body of malformed) await expectRefused(route, { token, body }, 400, 'malformed-json');
    for (const body of ['[]', 'null', '"text"', '5', '[{}]']) {
      await expectRefused(route, { token, body }, 400, 'invalid-request');
    }
    const unknown = await expectRefused(route, { token, body: '{"bogus":1}' }, 400, 'invalid-request');
    expect(unknown.problem).toMatchObject({ message: expect.stringContaining('"bogus"') });
    await expectRefused(route, { token, body: `{"a":"${'x'.repeat(300_000)}"}` }, 413, 'body-too-large');
  });

  test.each(named(ROUTES))('%s, by another method', async (_name, route) => {
    const allowed = ROUTES.filter(({ path }) => path === route.path).map(({ method }) => method);
    const shown = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    for (const method of ['PUT', 'OPTIONS']) {
      const { headers } = await expectRefused(
        route,
        { method, token: required(route) },
        405,
        'method-not-allowed',
      );
      expect(headers.get('allow')).toBe(shown);
    }
  });
});

/** What a route needs besides its path. */
const QUERIES: Readonly<Record<string, string>> = { showTopicSchema: '?topic=/event/Order_Placed__e' };

describe('a request for what is not there', () => {
  test.each(named(withId))('%s', async (_name, route) => {
    for (const id of ['no-such-thing', '5d25c8a0-28b1-44fc-b6c0-e91fa018a42f', 'a%2Fb', '%00', '\u{1F600}']) {
      await expectRefused(
        route,
        { token: required(route), id, query: QUERIES[route.id] ?? '' },
        404,
        'not-found',
      );
    }
    await expectRefused(route, { token: required(route), id: '%E0%A4%A' }, 404, 'not-found');
  });
});
