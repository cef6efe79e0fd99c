import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HerokuPlatformApi } from './heroku-platform-api.ts';
import { ManagementApiDouble } from './management-api-double.ts';
import { INSTALL_MS_MAX, npmInstall, packCli } from './packed-cli.ts';
import { APP_ID, recordedPublications } from './recorded.ts';
import { type Ended, runProcess, unwrapped } from './run-sluice.ts';

// The plugin as it is packed and installed, in a host CLI whose command is `heroku`: an oclif CLI of our own, because the real one
// needs the network to start. Assert which commands the host gains, and that they run under its name.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-plugin-'));
const host = join(folder, 'host');
const api = new ManagementApiDouble();
const LOGIN = 'HRKU-the-login-of-a-person';
const platform = new HerokuPlatformApi(LOGIN);

beforeAll(async () => {
  const tarball = packCli(folder);
  mkdirSync(host);
  writeFileSync(
    join(host, 'package.json'),
    JSON.stringify({
      name: 'heroku',
      version: '11.0.0',
      type: 'module',
      dependencies: { 'sluice-cli': `file:${tarball}` },
      oclif: { bin: 'heroku', dirname: 'heroku', topicSeparator: ':', plugins: ['sluice-cli'] },
    }),
  );
  npmInstall(['--prefix', host]);
  writeFileSync(
    join(host, 'heroku.js'),
    "import { execute } from '@oclif/core';\nawait execute({ dir: import.meta.url });\n",
  );
  mkdirSync(join(folder, 'bin'));
  for (const [name, script] of [
    ['heroku', join(host, 'heroku.js')],
    ['sluice', join(ROOT, 'bin/run.js')],
  ] as const) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, {
      mode: 0o755,
    });
  }
  await api.start();
  await platform.start();
}, INSTALL_MS_MAX);
afterAll(() => Promise.all([api.stop(), platform.stop()]));

function heroku(...args: string[]): Promise<Ended> {
  return run(process.execPath, [join(host, 'heroku.js'), ...args], {
    HOME: folder,
    SLUICE_API_URL: api.url,
    SLUICE_TOKEN: 'slc_app_test',
  });
}

test('an installed plugin lists under the host’s name', async () => {
  api.answer('GET', '/v1/tenants/my-app/publications', 200, recordedPublications);
  const { code, stdout, stderr } = await heroku('events:publications', '-a', 'my-app', '--remote', 'heroku');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^=== Heroku Events publications for app my-app\n/);
});

test('an installed plugin creates with the older name, too', async () => {
  api.answer('POST', '/v1/tenants/my-app/platforms/salesforce/publications', 201, recordedPublications[0]);
  const { code, stderr } = await heroku(
    ...['events:publications:sfdc:create', 'x', '-e', '/event/A__e', '-o', 'my-org', '-a', 'my-app'],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'Creating publication x... done\n' });
});

test('help names the host, and the host’s own commands stay its own', async () => {
  const help = await heroku('events:streams:create', '--help');
  expect(help.stdout).toContain('$ heroku events:streams:create SOURCE TARGET');
  for (const command of ['apps', 'config:get', 'tokens', 'credentials']) {
    expect((await heroku(command, 'x')).stderr).toContain(`command ${command} not found`);
  }
});

/** A person who is logged in, and whose environment says nothing about Sluice. */
function loggedIn(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  api.requests.length = 0;
  platform.requests.length = 0;
  return run(process.execPath, [join(host, 'heroku.js'), ...args], {
    HOME: folder,
    HEROKU_API_KEY: LOGIN,
    HEROKU_HOST: platform.url,
    ...env,
  });
}

const CONFIG_VARS = '/apps/shop-production/config-vars';
const STREAMS = `/v1/tenants/${APP_ID}/streams`;

/** The config vars of an add-on or of a person; their names begin with `name`. */
function varsOf(name: string, token = 'slc_app_shop'): Record<string, string> {
  return { [`${name}_API_URL`]: `${api.url}/v1/tenants/${APP_ID}`, [`${name}_API_TOKEN`]: token };
}

/** Checks every header of every request that Sluice received. */
function expectNoLoginReachedSluice(): void {
  for (const { headers } of api.requests) expect(JSON.stringify(headers)).not.toContain(LOGIN);
}

test('the config vars of the app say where its Sluice is, and with which token', async () => {
  platform.apps.set('shop-production', { vars: { ...varsOf('HEROKUEVENTS'), DATABASE_URL: 'postgres://x' } });
  api.answer('GET', STREAMS, 200, []);
  const ended = await loggedIn(['events:streams', '-a', 'shop-production']);
  expect(ended).toEqual({
    code: 0,
    stdout: 'No Heroku Events streams for app shop-production.\n',
    stderr: '',
  });
  expect(platform.requests).toEqual([`GET ${CONFIG_VARS}`]);
  expect(api.requests.map(({ authorization }) => authorization)).toEqual(['Bearer slc_app_shop']);
  expectNoLoginReachedSluice();
});

test('where Sluice refuses the token, nothing is tried with the login', async () => {
  platform.apps.set('shop-production', { vars: varsOf('HEROKUEVENTS') });
  api.answer('GET', STREAMS, 401, { id: 'invalid-token', message: 'the token is not known here' });
  const { code, stdout, stderr } = await loggedIn(['events:streams', '-a', 'shop-production']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(unwrapped(stderr)).toContain('Check HEROKUEVENTS_API_TOKEN of the app shop-production');
  expect(api.requests).toHaveLength(1);
  expectNoLoginReachedSluice();
});

test('a login that was put into the token’s config var goes nowhere', async () => {
  platform.apps.set('shop-production', { vars: varsOf('HEROKUEVENTS', LOGIN) });
  const { code, stderr } = await loggedIn(['events:streams', '-a', 'shop-production']);
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain(
    'HEROKUEVENTS_API_TOKEN of the app shop-production is your Heroku login',
  );
  expect(stderr).not.toContain(LOGIN);
  expect(api.requests).toEqual([]);
});

test('a login goes to no host but Heroku’s', async () => {
  const ended = await loggedIn(['events:streams', '-a', 'shop-production'], {
    HEROKU_HOST: 'heroku.com.example',
  });
  expect(ended.code).toBe(1);
  expect(unwrapped(ended.stderr)).toContain('HEROKU_HOST: expected a host of Heroku such as heroku.com');
});

test('of several attachments, one is named: by its own name, by that of the add-on, or by the environment', async () => {
  platform.apps.set('shop-production', {
    vars: { ...varsOf('HEROKUEVENTS', 'slc_app_one'), ...varsOf('PRIMARY', 'slc_app_two') },
    attachments: [
      { name: 'HEROKUEVENTS', addon: { name: 'herokuevents-flat-1' } },
      { name: 'PRIMARY', addon: { name: 'herokuevents-round-2' } },
    ],
  });
  const list = ['events:streams', '-a', 'shop-production'];
  const unnamed = await loggedIn(list);
  expect({ code: unnamed.code, stdout: unnamed.stdout }).toEqual({ code: 2, stdout: '' });
  expect(unwrapped(unnamed.stderr)).toContain(
    'HEROKUEVENTS (herokuevents-flat-1), PRIMARY (herokuevents-round-2): name one with --addon',
  );
  for (const [args, env] of [
    [['--addon', 'primary'], {}],
    [['--addon', 'herokuevents-round-2'], {}],
    [[], { HEROKU_EVENTS_ADDON: 'PRIMARY' }],
  ] as const) {
    api.answer('GET', STREAMS, 200, []);
    expect((await loggedIn([...list, ...args], env)).code).toBe(0);
    expect(api.requests.map(({ authorization }) => authorization)).toEqual(['Bearer slc_app_two']);
  }
  const wrong = await loggedIn([...list, '--addon', 'other']);
  expect(wrong.code).toBe(2);
  expect(unwrapped(wrong.stderr)).toContain('--addon: expected one of HEROKUEVENTS');
});

test('the app is that of the git remote, too, and is confirmed by its name on Heroku', async () => {
  platform.apps.set('shop-production', { vars: varsOf('HEROKUEVENTS') });
  const clone = join(folder, 'clone');
  mkdirSync(clone);
  execFileSync('git', ['init', '-q'], { cwd: clone });
  execFileSync('git', ['remote', 'add', 'production', 'https://git.heroku.com/shop-production.git'], {
    cwd: clone,
  });
  api.answer('DELETE', `/v1/tenants/${APP_ID}/publications/crm`, 200, {});
  const destroy = ['events:publications:destroy', 'crm', '--confirm', 'shop-production'];
  const env = { HOME: folder, HEROKU_API_KEY: LOGIN, HEROKU_HOST: platform.url };
  expect(
    await runProcess(process.execPath, [join(host, 'heroku.js'), ...destroy], { cwd: clone, env }),
  ).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Destroying publication crm on shop-production... done\n',
  });
});

test.each([
  ['an app that Heroku does not know', 'elsewhere', {}, 1, "Heroku: Couldn't find that app."],
  ['an app without such config vars', 'empty', {}, 1, 'the app empty has no config var that leads to Sluice'],
  [
    'an app without a token',
    'tokenless',
    {},
    1,
    'no HEROKUEVENTS_API_TOKEN: sluice tokens:create makes a token',
  ],
  ['a login that is over', 'empty', { HEROKU_API_KEY: 'old' }, 1, 'Log in with heroku login.'],
  ['nobody logged in', 'empty', { HEROKU_API_KEY: '' }, 1, 'expected a Heroku login'],
  ['no app at all', undefined, {}, 2, 'expected an app: name it with --app or --remote'],
])('%s is said, with what to do', async (_what, app, env, code, sentence) => {
  platform.apps.set('empty', { vars: { OTHER_API_URL: 'https://api.example.com/v2' } });
  platform.apps.set('tokenless', { vars: { HEROKUEVENTS_API_URL: `${api.url}/v1/tenants/${APP_ID}` } });
  const ended = await loggedIn(['events:streams', ...(app === undefined ? [] : ['-a', app])], env);
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
  expect(unwrapped(ended.stderr)).toContain(sentence);
  expect(api.requests).toEqual([]);
});

/** The command lines of the pilot's manual, verbatim; the route that each requests, and its output. */
const MANUAL: [line: string, method: string, path: string, body: unknown, progress: string][] = [
  [
    'events:publications:salesforce:create systemStatus -t "/event/System_Status__e" -A example-org -a herokuevents-app',
    'POST',
    '/platforms/salesforce/publications',
    { name: 'systemStatus', topic: '/event/System_Status__e', alias: 'example-org' },
    'Creating publication systemStatus... done\n',
  ],
  [
    'events:publications:datacloud:create ordersDataTarget -a herokuevents-app -c "SalesConnector" --object "Orders" -A example-org',
    'POST',
    '/platforms/datacloud/publications',
    { name: 'ordersDataTarget', connector: 'SalesConnector', object: 'Orders', alias: 'example-org' },
    'Creating publication ordersDataTarget... done\n',
  ],
  [
    'events:publications:webhook:create systemStatus -u "https://herokuevents-app.herokuapp.com/webhooks" -a herokuevents-app',
    'POST',
    '/platforms/webhook/publications',
    { name: 'systemStatus', url: 'https://herokuevents-app.herokuapp.com/webhooks' },
    'Creating publication systemStatus... done\n',
  ],
  [
    'events:streams:create subAccountChange pubAccountChange -a herokuevents-app',
    'POST',
    '/streams',
    { source: 'subAccountChange', target: 'pubAccountChange' },
    'Linking subAccountChange to pubAccountChange... done\n',
  ],
  [
    'events:streams:destroy subAccountChange pubAccountChange -a herokuevents-app',
    'DELETE',
    '/streams/subAccountChange/pubAccountChange',
    undefined,
    'Unlinking subAccountChange to pubAccountChange... done\n',
  ],
  [
    'events:generate my-generator -i "1m" -m "root.timestamp = timestamp_unix()" -a herokuevents-app',
    'POST',
    '/platforms/generate/subscriptions',
    { name: 'my-generator', interval: '1m', mapping: 'root.timestamp = timestamp_unix()' },
    'Creating event generator my-generator... done\n',
  ],
];

/** Added because this test has no terminal: a new webhook has a secret that is shown once. */
const WEBHOOK = 'events:publications:webhook:create';

test.each(MANUAL)('the manual’s %s works by both names', async (line, method, path, body, progress) => {
  const isWebhook = line.startsWith(WEBHOOK);
  for (const name of ['heroku', 'sluice']) {
    api.requests.length = 0;
    // Some routes answer with an object, some with a list of one: no command here looks into it except webhook:create.
    api.answer(
      method,
      `/v1/tenants/herokuevents-app${path}`,
      method === 'POST' ? 201 : 200,
      recordedPublications[1],
    );
    const { code, stdout, stderr } = await run(
      '/bin/sh',
      ['-c', `${name} ${line}${isWebhook ? ' --json' : ''}`],
      {
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        HOME: folder,
        SLUICE_API_URL: api.url,
        SLUICE_TOKEN: 'slc_app_test',
      },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: progress });
    expect(stdout === '').toBe(!isWebhook);
    expect(api.requests.map((request) => request.body)).toEqual([body]);
  }
});

function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  return runProcess(command, args, { cwd: folder, env });
}
