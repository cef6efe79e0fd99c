import { afterAll, beforeAll, expect } from 'vitest';
import type { Route } from '../../functions/api/route.ts';
import type { Authorization } from '../../src/domain/authorizations/authorization.ts';
import {
  type ApiAnswer,
  type ApiOptions,
  ApiUnderTest,
  answeredOperations,
  type CallOptions,
} from './api-under-test.ts';
import { anAuthorization } from './records.ts';

export const TOPIC = '/data/OpportunityChangeEvent';
export const EVENT = '/event/Order_Placed__e';
export const KEEP_WON = 'root = if this.StageName == "Closed Won" { this } else { deleted() }';

/** The management API of the current test. */
export let api: ApiUnderTest;
/** The app that most tests work in, and its own token. */
export let app: { readonly id: string; readonly token: string };

/** For `beforeEach`: a new installation with one app. */
export async function openShop(): Promise<void> {
  openApi();
  await openApp('shop');
}

/** Replaces the installation that the test began with. */
export function openApi(options?: ApiOptions): void {
  api = new ApiUnderTest(options);
}

/** Creates a new app and switches the test to it. */
export async function openApp(name: string): Promise<void> {
  app = await newApp(name);
}

export async function newApp(name: string): Promise<{ id: string; token: string }> {
  const created = await api.call('POST', '/v1/apps', { body: { name } });
  expect(created.status).toBe(201);
  return { id: created.body.id, token: created.body.token };
}

/** Calls the API as the app, under its tenant. */
export function call(
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<ApiAnswer> {
  return api.call(method, `/v1/tenants/${app.id}${path}`, { token: app.token, body, ...options });
}

export async function authorized(
  alias = 'my-org',
  more: Partial<Authorization> = {},
): Promise<Authorization> {
  const authorization = anAuthorization({
    appId: app.id,
    alias,
    instanceUrl: 'https://acme.my.salesforce.com',
    orgId: '00D000000000001AAA',
    ...more,
  });
  await api.stores.authorizations.create(authorization);
  return authorization;
}

export function subscribe(name: string, more: object = {}): Promise<ApiAnswer> {
  return call('POST', '/platforms/salesforce/subscriptions', {
    name,
    topic: TOPIC,
    alias: 'my-org',
    ...more,
  });
}

export function generate(name: string, more: object = {}): Promise<ApiAnswer> {
  return call('POST', '/platforms/generate/subscriptions', {
    name,
    interval: '1m',
    mapping: 'root.timestamp = timestamp_unix()',
    ...more,
  });
}

export function publishTo(name: string, more: object = {}): Promise<ApiAnswer> {
  return call('POST', '/platforms/webhook/publications', { name, url: 'https://example.com/hooks', ...more });
}

/** Publishes `orders` to the org of `authorized()`. */
export function publishToOrg(more: object = {}): Promise<ApiAnswer> {
  const settings = { name: 'orders', topic: EVENT, alias: 'my-org', ...more };
  return call('POST', '/platforms/salesforce/publications', settings);
}

export function expectProblem(answer: ApiAnswer, status: number, id: string, message?: RegExp): void {
  expect({ status: answer.status, id: answer.body?.id, message: answer.body?.message }).toMatchObject({
    status,
    id,
  });
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.body.detail).toBe(answer.body.message);
  expect(answer.body.status).toBe(status);
  if (message !== undefined) expect(answer.body.message).toMatch(message);
}

/** Everything that the app owns, to check that nothing was left half made. */
export async function owned() {
  const { subscriptions, publications, streams, feeds } = api.stores;
  return {
    subscriptions: await subscriptions.list(app.id),
    publications: await publications.list(app.id),
    streams: await streams.list(app.id),
    feeds: (await feeds.listOfApp(app.id)).map(({ feed }) => feed),
  };
}
export const NOTHING = { subscriptions: [], publications: [], streams: [], feeds: [] };

export function buryDelivery(id: string, body: string): void {
  api.deadLetters.bury(
    { id, queue: 'deliveries', body, reason: 'no header', receiveCount: 2, sentAtMs: api.clock.now() },
    api.clock.now(),
  );
}

/** At the end of the file's tests, each route must have answered, and each answer was checked against the document. */
export function everyRouteIsAnswered(routes: readonly Route[]): void {
  // Files share their modules: requests of another file do not count.
  beforeAll(() => answeredOperations.clear());
  afterAll(() => {
    expect(routes.map(({ id }) => id).filter((id) => !answeredOperations.has(id))).toEqual([]);
  });
}
