import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CONSOLE_LINK_MS,
  CONSOLE_SESSION_MS,
  CONSOLE_SESSIONS_PER_TOKEN_MAX,
} from '../../../src/domain/apps/console-session.ts';
import { FAILURES_PER_ADDRESS } from '../../../src/middleware/login-guard.ts';
import type { ApiAnswer, CallOptions } from '../../../test/support/api-under-test.ts';
import { consoleCookie, openConsole } from '../../../test/support/console-session.ts';
import { aDelivery } from '../../../test/support/records.ts';
import { api, app, expectProblem, newApp, openApi, openApp, openShop } from '../../../test/support/shop.ts';
import { ConsoleFiles } from './files.ts';

const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2_000))})`;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(
    join(folder, 'index.html'),
    '<link rel="stylesheet" href="/console/assets/a-1.css"><script src="/console/assets/a-1.js"></script>',
  );
  writeFileSync(join(folder, 'secret.js'), 'not within the assets');
  const script = join(folder, 'assets', 'a-1.js');
  writeFileSync(script, SCRIPT);
  writeFileSync(`${script}.br`, brotliCompressSync(SCRIPT));
  writeFileSync(`${script}.gz`, gzipSync(SCRIPT));
  writeFileSync(join(folder, 'assets', 'notes.txt'), 'of no known type');
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  openApi({ replaced: () => ({ consoleFiles: new ConsoleFiles(folder) }) });
  await openApp('shop');
});

const HEADER = { 'x-sluice-console': '1' };
const withCookie = (cookie: string, more: CallOptions = {}): CallOptions => ({
  token: null,
  ...more,
  headers: { ...HEADER, cookie, ...more.headers },
});

async function codeOf(token: string, body: object = {}): Promise<string> {
  const link = await api.call('POST', '/v1/console/links', { token, body });
  expect(link.status).toBe(201);
  return String(link.body.url).replace(/^.*#code=/, '');
}

const begin = (code: unknown, more: CallOptions = {}): Promise<ApiAnswer> =>
  api.call('POST', '/console/session', { token: null, headers: HEADER, body: { code }, ...more });

describe('a link', () => {
  it('is good once, and says until when', async () => {
    const link = await api.call('POST', '/v1/console/links', { token: app.token });
    expect(link.body.url).toMatch(/^https:\/\/api\.example\.com\/console#code=[\w-]{43}$/);
    expect(Date.parse(link.body.expires_at)).toBe(api.clock.now() + CONSOLE_LINK_MS);
    const code = String(link.body.url).replace(/^.*#code=/, '');
    expect((await begin(code)).status).toBe(201);
    expectProblem(await begin(code), 401, 'invalid-token', /`sluice console` makes a new one/);
  });

  it('ends after a minute', async () => {
    const [early, late] = [await codeOf(app.token), await codeOf(app.token)];
    api.clock.advance(CONSOLE_LINK_MS - 1);
    expect((await begin(early)).status).toBe(201);
    api.clock.advance(1);
    expectProblem(await begin(late), 401, 'invalid-token');
  });

  it('opens nothing once its token was withdrawn', async () => {
    const code = await codeOf(app.token);
    await withdraw();
    expectProblem(await begin(code), 401, 'invalid-token');
  });

  it('stores neither code nor secret', async () => {
    const code = await codeOf(app.token);
    const links = JSON.stringify(api.state.consoleLinks, mapToArray);
    expect(links).toMatch(/"hash":"[0-9a-f]{64}"/);
    expect(links).not.toContain(code);
    const cookie = consoleCookie(await begin(code));
    const sessions = JSON.stringify(api.state.consoleSessions, mapToArray);
    expect(sessions).toMatch(/"hash":"[0-9a-f]{64}"/);
    expect(sessions).not.toContain(cookie.split('.')[1]);
    expect(api.logged.join()).not.toContain(code);
  });

  it.each([
    ['another text', 'x'],
    ['a code that nobody was given', 'A'.repeat(43)],
  ])('is not opened by %s', async (_what, code) => {
    expectProblem(await begin(code), 401, 'invalid-token');
  });

  it('is asked for in the right form', async () => {
    expectProblem(await begin(1), 400, 'invalid-request', /"code" to be a text/);
    expectProblem(await begin('x', { body: 'code' }), 400, 'malformed-json');
  });
});

describe('a session', () => {
  it('comes as a cookie that scripts, other sites and other hosts do not get', async () => {
    const begun = await begin(await codeOf(app.token));
    expect(begun.cookies).toEqual([
      expect.stringMatching(
        /^__Host-sluice_console=[0-9a-f]{64}\.[\w-]{43}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
      ),
    ]);
    expect(begun.text).not.toContain(consoleCookie(begun).split('=')[1]);
  });

  it('has the port in the name of its cookie without https', async () => {
    openApi({ replaced: () => ({ publicApiUrl: 'http://127.0.0.1:4280' }) });
    await openApp('shop');
    const begun = await begin(await codeOf(app.token));
    expect(begun.cookies).toEqual([
      expect.stringMatching(/^sluice_console_4280=[^;]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    const shown = await api.call('GET', '/console/session', withCookie(consoleCookie(begun)));
    expect(shown.status).toBe(200);
  });

  it('says whose it is', async () => {
    const shown = async (token: string, body?: object) => {
      const cookie = await openConsole(api, token, body);
      return (await api.call('GET', '/console/session', withCookie(cookie))).body;
    };
    const expiresAt = new Date(api.clock.now() + CONSOLE_SESSION_MS).toISOString();
    const shop = { id: app.id, name: 'shop' };
    const ofApp = { app: shop, administration: false, payloads: true, expires_at: expiresAt };
    expect(await shown(app.token)).toEqual(ofApp);
    expect(await shown(api.adminToken)).toEqual({ ...ofApp, app: null, administration: true });
    expect(await shown(api.adminToken, { app: 'shop' })).toEqual(ofApp);
  });

  it('may what its token may', async () => {
    const cookie = await openConsole(api, app.token);
    const status = await api.call('GET', `/v1/tenants/${app.id}/status`, withCookie(cookie));
    expect(status.status).toBe(200);
    expectProblem(await api.call('GET', '/v1/apps', withCookie(cookie)), 403, 'forbidden');
    const admin = await openConsole(api, api.adminToken);
    expect((await api.call('GET', '/v1/apps', withCookie(admin))).status).toBe(200);
    expect(
      (await api.call('GET', '/v1/tenants/shop/status', withCookie(admin))).body.dead_letters,
    ).toBeDefined();
  });

  it('sees no other app than its own, also with an administration token behind it', async () => {
    const other = await newApp('other');
    for (const cookie of [
      await openConsole(api, app.token),
      await openConsole(api, api.adminToken, { app: 'shop' }),
    ]) {
      for (const name of ['other', other.id, 'nobody']) {
        const answer = await api.call('GET', `/v1/tenants/${name}/status`, withCookie(cookie));
        expectProblem(answer, 403, 'forbidden');
      }
      expectProblem(await api.call('GET', '/v1/apps', withCookie(cookie)), 403, 'forbidden');
      const own = await api.call('GET', '/v1/tenants/shop/status', withCookie(cookie));
      expect(own.status).toBe(200);
      expect(own.body.dead_letters).toBeUndefined();
    }
  });

  it('is read from where API Gateway puts cookies, among others', async () => {
    const cookie = await openConsole(api, app.token);
    const headers = { cookie: `theme=dark; ${cookie}; x=__Host-sluice_console=1` };
    expect((await api.call('GET', '/console/session', withCookie(cookie, { headers }))).status).toBe(200);
    const apart = { ...withCookie('none'), cookies: ['theme=dark', cookie] };
    expect((await api.call('GET', '/console/session', apart)).status).toBe(200);
  });

  it.each(['GET', 'POST', 'DELETE'])('needs the header of the page for %s', async (method) => {
    const cookie = await openConsole(api, app.token);
    for (const path of ['/console/session', `/v1/tenants/${app.id}/subscriptions/any`]) {
      const answer = await api.call(method === 'POST' && path !== '/console/session' ? 'GET' : method, path, {
        token: null,
        headers: { cookie },
      });
      expectProblem(answer, 403, 'forbidden', /x-sluice-console: 1/);
    }
    expect((await api.call('GET', '/console/session', withCookie(cookie))).status).toBe(200);
  });

  it('ends after an hour', async () => {
    const cookie = await openConsole(api, app.token);
    api.clock.advance(CONSOLE_SESSION_MS - 1);
    expect((await api.call('GET', '/console/session', withCookie(cookie))).status).toBe(200);
    api.clock.advance(1);
    await expectEnded(cookie);
  });

  it('ends when its reader says so, and the cookie goes', async () => {
    const cookie = await openConsole(api, app.token);
    const other = await openConsole(api, app.token);
    const ended = await api.call('DELETE', '/console/session', withCookie(cookie));
    expect(ended.body).toEqual({ ended: true });
    expect(ended.cookies).toEqual([expect.stringMatching(/^__Host-sluice_console=; Max-Age=0; /)]);
    await expectEnded(cookie);
    expect((await api.call('GET', '/console/session', withCookie(other))).status).toBe(200);
    expect((await api.call('DELETE', '/console/session', withCookie(cookie))).status).toBe(200);
  });

  it('ends when its token is withdrawn', async () => {
    const cookie = await openConsole(api, app.token);
    await withdraw();
    await expectEnded(cookie);
  });

  it('ends when the administration token behind it is withdrawn, also where it shows one app', async () => {
    const made = await api.call('POST', '/v1/tokens', { body: { label: 'for the console' } });
    const cookie = await openConsole(api, made.body.token, { app: 'shop' });
    await api.call('DELETE', `/v1/tokens/${made.body.id}`);
    await expectEnded(cookie);
  });

  it('ends when its app is deleted', async () => {
    const cookies = [
      await openConsole(api, app.token),
      await openConsole(api, api.adminToken, { app: 'shop' }),
    ];
    await api.call('DELETE', '/v1/apps/shop');
    for (const cookie of cookies) {
      expectProblem(await api.call('GET', '/console/session', withCookie(cookie)), 401, 'invalid-token');
    }
  });

  it('makes room for the next: the oldest of a token ends', async () => {
    const first = await openConsole(api, app.token);
    for (let count = 1; count < CONSOLE_SESSIONS_PER_TOKEN_MAX; count += 1) {
      api.clock.advance(1);
      await openConsole(api, app.token);
    }
    expect((await api.call('GET', '/console/session', withCookie(first))).status).toBe(200);
    api.clock.advance(1);
    await openConsole(api, app.token);
    await expectEnded(first);
  });

  it.each([
    ['nothing', ''],
    ['another text', 'x'],
    ['hashes that nobody has', `${'0'.repeat(64)}.${'A'.repeat(43)}`],
  ])('is not had by a cookie of %s', async (_what, value) => {
    const cookie = `__Host-sluice_console=${value}`;
    expectProblem(await api.call('GET', '/console/session', withCookie(cookie)), 401, 'invalid-token');
    expectProblem(
      await api.call('GET', `/v1/tenants/${app.id}/status`, withCookie(cookie)),
      401,
      'invalid-token',
    );
  });

  it('does not count where a token comes as well', async () => {
    const cookie = await openConsole(api, api.adminToken);
    const answer = await api.call('GET', '/v1/apps', { token: app.token, headers: { ...HEADER, cookie } });
    expectProblem(answer, 403, 'forbidden');
  });

  it.each([
    ['POST', '/v1/tokens'],
    ['POST', '/v1/tenants/shop/tokens'],
    ['POST', '/v1/tenants/shop/credentials'],
    ['POST', '/v1/apps'],
    ['POST', '/v1/tenants/shop/publications/crm/secret'],
    ['POST', '/v1/tenants/shop/subscriptions/github/address'],
    ['POST', '/v1/tenants/shop/platforms/webhook/publications'],
  ])('gets no secret that outlives it: %s %s', async (method, path) => {
    const cookie = await openConsole(api, api.adminToken);
    const answer = await api.call(method, path, withCookie(cookie, { body: { name: 'x' } }));
    expectProblem(answer, 403, 'forbidden', /would outlive the session/);
  });

  async function expectEnded(cookie: string): Promise<void> {
    expectProblem(await api.call('GET', '/console/session', withCookie(cookie)), 401, 'invalid-token');
    const answer = await api.call('GET', `/v1/tenants/${app.id}/status`, withCookie(cookie));
    expectProblem(answer, 401, 'invalid-token', /open it again with `sluice console`/);
  }
});

describe('whoever guesses', () => {
  it('is slowed down, and nobody else', async () => {
    const code = await codeOf(app.token);
    const guess = (index: number) => begin(`${index}`.padEnd(43, 'A'));
    const statuses: number[] = [];
    for (let index = 0; index <= FAILURES_PER_ADDRESS.atOnce; index += 1) {
      statuses.push((await guess(index)).status);
    }
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set([401]));
    expect(statuses.at(-1)).toBe(429);
    expectProblem(await begin(code), 429, 'too-many-requests');
    expect((await begin(code, { sourceIp: '192.0.2.2' })).status).toBe(201);
  });
});

describe('payloads that the installation keeps from the console', () => {
  beforeEach(async () => {
    openApi({ replaced: () => ({ consoleHidesPayloads: true }) });
    await openApp('shop');
  });

  it('says so in the session', async () => {
    const cookie = await openConsole(api, app.token);
    expect((await api.call('GET', '/console/session', withCookie(cookie))).body.payloads).toBe(false);
  });

  it.each([`/subscriptions/any/kept-events`, `/quarantine/any`])(
    'refuses %s to a session, and to no token',
    async (path) => {
      const cookie = await openConsole(api, app.token);
      const target = `/v1/tenants/${app.id}${path}`;
      expectProblem(
        await api.call('GET', target, withCookie(cookie)),
        403,
        'forbidden',
        /CONSOLE_HIDES_PAYLOADS/,
      );
      expectProblem(await api.call('GET', target, { token: app.token }), 404, 'not-found');
    },
  );

  it('refuses what a listener would be sent', async () => {
    const target = `/v1/tenants/${app.id}/listeners/ada/deliveries`;
    const body = { session_id: 'any' };
    const cookie = await openConsole(api, app.token);
    expectProblem(
      await api.call('POST', target, withCookie(cookie, { body })),
      403,
      'forbidden',
      /CONSOLE_HIDES_PAYLOADS/,
    );
    expectProblem(await api.call('POST', target, { token: app.token, body }), 404, 'not-found');
  });

  it('refuses dead letters with their bodies', async () => {
    const cookie = await openConsole(api, api.adminToken);
    expectProblem(await api.call('GET', '/v1/dead-letters/any', withCookie(cookie)), 403, 'forbidden');
  });

  it('shows a delivery without what is in its event', async () => {
    const delivery = aDelivery({ appId: app.id });
    const event = { specversion: '1.0', id: delivery.eventId, source: '/test', type: 'test' };
    const secret = { data: { note: 'a secret of the customer' }, partitionkey: 'a secret of the customer' };
    await api.stores.deliveries.create(delivery, JSON.stringify({ ...event, ...secret }));
    const target = `/v1/tenants/${app.id}/deliveries/${delivery.id}`;
    const cookie = await openConsole(api, app.token);
    const shown = await api.call('GET', target, withCookie(cookie));
    expect(shown.status).toBe(200);
    expect(shown.body.event).toMatchObject({ specversion: '1.0', id: delivery.eventId });
    expect(shown.text).not.toContain('a secret of the customer');
    expect((await api.call('GET', target, { token: app.token })).text).toContain('a secret of the customer');
  });
});

describe('the page', () => {
  const SHARED = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };

  it('comes with a policy that lets nothing foreign in, and nothing written into it run or style it', async () => {
    for (const path of ['/console', '/console/', '/console/index.html']) {
      const page = await api.call('GET', path, { token: null });
      expect(page.status).toBe(200);
      expect(page.headers).toMatchObject({
        ...SHARED,
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
      });
      expect(page.headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      );
    }
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['gzip;q=1.0, br;q=0', 'gzip'],
    ['', undefined],
    ['identity', undefined],
  ])('has its files compressed as the browser takes them: %s', async (accepted, encoding) => {
    const file = await api.call('GET', '/console/assets/a-1.js', {
      token: null,
      headers: { 'accept-encoding': accepted },
    });
    expect(file.status).toBe(200);
    expect(file.headers).toMatchObject({
      ...SHARED,
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(file.headers['content-encoding']).toBe(encoding);
    expect(file.headers['content-security-policy']).toMatch(/^default-src 'none'/);
    const bytes = { br: brotliCompressSync(SCRIPT), gzip: gzipSync(SCRIPT), none: Buffer.from(SCRIPT) };
    const expected = bytes[encoding === 'br' || encoding === 'gzip' ? encoding : 'none'];
    expect(Buffer.from(file.text, 'base64').equals(expected)).toBe(true);
  });

  it.each([
    'other.js',
    'a-1.js.br',
    'notes.txt',
    '../index.html',
    '../secret.js',
    '..%2fsecret.js',
    '%2e%2e/secret.js',
    '..\\secret.js',
    'a-1.js/',
    '',
    'x'.repeat(10_000),
  ])('has no other file: %s', async (name) => {
    const answer = await api.call('GET', `/console/assets/${name}`, { token: null });
    expectProblem(answer, 404, 'not-found', /load the page again/);
  });

  it('has no other path, and no other method', async () => {
    expectProblem(
      await api.call('GET', '/console/flow', { token: null }),
      404,
      'not-found',
      /opened at \/console/,
    );
    for (const path of ['/console/', '/console/assets/a-1.js']) {
      const answer = await api.call('POST', path, { token: null });
      expectProblem(answer, 405, 'method-not-allowed');
      expect(answer.headers['allow']).toBe('GET, HEAD');
    }
    const answer = await api.call('PUT', '/console/session', { token: null, headers: HEADER });
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers['allow']).toBe('GET, HEAD, POST, DELETE');
  });

  it('says so where it was not built', async () => {
    await openShop();
    expectProblem(await api.call('GET', '/console/', { token: null }), 404, 'not-found', /build:console/);
  });
});

async function withdraw(): Promise<void> {
  const tokens = await api.call('GET', `/v1/tenants/${app.id}/tokens`);
  for (const { id } of tokens.body) await api.call('DELETE', `/v1/tenants/${app.id}/tokens/${id}`);
}

function mapToArray(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...value.values()] : value;
}
