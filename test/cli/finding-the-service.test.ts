import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManagementApiDouble } from './management-api-double.ts';
import { APP_ID } from './recorded.ts';
import { runSluice, unwrapped } from './run-sluice.ts';

let api: ManagementApiDouble;
let home: string;

beforeEach(async () => {
  api = new ManagementApiDouble();
  await api.start();
  home = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
});

afterEach(async () => {
  await api.stop();
  expect(api.unused()).toEqual([]);
});

function writeState(folder: string, state: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'local.json'), JSON.stringify(state), { mode: 0o600 });
}

const LIST = ['events:publications', '--json'];

test('a local run is found from any folder below it, with its token and its app', async () => {
  writeState(join(home, '.sluice'), {
    version: 1,
    apiUrl: api.url,
    adminToken: 'slc_adm_x',
    app: 'demo',
    pid: process.pid,
  });
  mkdirSync(join(home, 'deep/er'), { recursive: true });
  api.answer('GET', '/v1/tenants/demo/publications', 200, []);
  expect(await runSluice(LIST, { cwd: join(home, 'deep/er'), env: { HOME: home } })).toMatchObject({
    code: 0,
    stdout: '[]\n',
  });
  expect(api.requests[0]?.authorization).toBe('Bearer slc_adm_x');
});

test('SLUICE_STATE names the state folder; -a goes before SLUICE_APP, and that before the run’s own app', async () => {
  const folder = join(home, 'elsewhere');
  writeState(folder, { version: 1, apiUrl: api.url, adminToken: 'slc_adm_x', app: 'demo', pid: process.pid });
  const env = { HOME: home, SLUICE_STATE: folder, SLUICE_APP: 'second' };
  api.answer('GET', '/v1/tenants/second/publications', 200, []);
  api.answer('GET', '/v1/tenants/third/publications', 200, []);
  expect((await runSluice(LIST, { cwd: home, env })).code).toBe(0);
  expect((await runSluice([...LIST, '-a', 'third', '-r', 'heroku'], { cwd: home, env })).code).toBe(0);
});

test('HEROKUEVENTS_API_URL names the service and the app', async () => {
  api.answer('GET', `/v1/tenants/${APP_ID}/publications`, 200, []);
  const env = {
    HOME: home,
    HEROKUEVENTS_API_URL: `${api.url}/v1/tenants/${APP_ID}`,
    SLUICE_TOKEN: 'slc_app_y',
  };
  expect(await runSluice(LIST, { cwd: home, env })).toMatchObject({ code: 0, stdout: '[]\n' });
  expect(api.requests[0]?.authorization).toBe('Bearer slc_app_y');
});

test('a service without a token is said, and never gets the token of a local run elsewhere', async () => {
  writeState(join(home, '.sluice'), {
    version: 1,
    apiUrl: 'http://127.0.0.1:9',
    adminToken: 'slc_adm_x',
    app: 'demo',
  });
  const { code, stderr } = await runSluice(LIST, { cwd: home, env: { HOME: home, SLUICE_API_URL: api.url } });
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain('there is no token: set SLUICE_TOKEN');
  expect(api.requests).toEqual([]);
});

test('when nothing runs, the message says how to start', async () => {
  const { code, stdout, stderr } = await runSluice(LIST, { cwd: home, env: { HOME: home } });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(unwrapped(stderr)).toBe(
    'Error: no local run found: start one with npm start, or set SLUICE_API_URL and SLUICE_TOKEN',
  );
});

test('without an app, the message says how to name one', async () => {
  const env = { HOME: home, SLUICE_API_URL: api.url, SLUICE_TOKEN: 'slc_adm_x' };
  const { code, stderr } = await runSluice(LIST, { cwd: home, env });
  expect(code).toBe(2);
  expect(unwrapped(stderr)).toBe('Error: expected an app: name it with --app, or set SLUICE_APP');
});

test('a state file whose process is gone is called that', async () => {
  // A pid larger than Linux ever assigns.
  writeState(join(home, '.sluice'), {
    version: 1,
    apiUrl: await deadUrl(),
    adminToken: 'slc_adm_x',
    app: 'demo',
    pid: 2 ** 30,
  });
  const { code, stderr } = await runSluice(LIST, { cwd: home, env: { HOME: home } });
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toMatch(
    /the local run that wrote .*is not running any more \(process 1073741824\)/,
  );
  expect(unwrapped(stderr)).toContain('npm start');
});

test('a state file that is not one is named, and not believed', async () => {
  writeState(join(home, '.sluice'), { version: 1, apiUrl: 'not a url' });
  const { code, stderr } = await runSluice(LIST, { cwd: home, env: { HOME: home } });
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain('is not what a local run writes');
});

test('a refused connection names the address', async () => {
  const url = await deadUrl();
  const env = { HOME: home, SLUICE_API_URL: url, SLUICE_TOKEN: 'x', SLUICE_APP: 'my-app' };
  const { code, stderr } = await runSluice(LIST, { cwd: home, env });
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain(`cannot reach ${url} (connection refused): check SLUICE_API_URL`);
});

const ENV = { SLUICE_TOKEN: 'wrong', SLUICE_APP: 'my-app' };
const ROUTE = '/v1/tenants/my-app/publications';

test('a refused token is shown with the service’s words and the variable to look at', async () => {
  api.answer('GET', ROUTE, 401, { id: 'invalid-token', message: 'the token is not known here' });
  const { code, stderr } = await runSluice(LIST, {
    cwd: home,
    env: { ...ENV, HOME: home, SLUICE_API_URL: api.url },
  });
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toBe(
    'Error: the token is not known here Check SLUICE_TOKEN: it must be a live token of this installation. Error ID: invalid-token',
  );
  expect(stderr).not.toContain('wrong');
});

test('a problem is shown as message, blank line, error id', async () => {
  api.answer('GET', ROUTE, 404, {
    id: 'not-found',
    message: 'no app my-app',
    detail: 'no app my-app',
    status: 404,
  });
  const { stderr } = await runSluice(LIST, {
    cwd: home,
    env: { ...ENV, HOME: home, SLUICE_API_URL: api.url },
  });
  expect(stderr).toBe(' ›   Error: no app my-app\n ›\n ›   Error ID: not-found\n');
});

test('an answer that is no problem document is shown as what it is', async () => {
  api.answer('GET', ROUTE, 502, '<html>Bad Gateway</html>');
  const { code, stderr } = await runSluice(LIST, {
    cwd: home,
    env: { ...ENV, HOME: home, SLUICE_API_URL: api.url },
  });
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain(`HTTP Error 502 for GET ${api.url}${ROUTE} <html>Bad Gateway</html>`);
});

test('an answer of another shape is not shown as an empty list', async () => {
  api.answer('GET', ROUTE, 200, { items: [] });
  const { code, stdout, stderr } = await runSluice(LIST, {
    cwd: home,
    env: { ...ENV, HOME: home, SLUICE_API_URL: api.url },
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(unwrapped(stderr)).toContain('is not what this version knows');
});

test('a page instead of JSON is said to be one', async () => {
  api.answer('GET', ROUTE, 200, '<html>');
  const { code, stderr } = await runSluice(LIST, {
    cwd: home,
    env: { ...ENV, HOME: home, SLUICE_API_URL: api.url },
  });
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain('is this address a Sluice management API?');
});

/** An address on which nothing listens: it was free a moment ago. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return `http://127.0.0.1:${address.port}`;
}
