import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManagementApiDouble } from './management-api-double.ts';
import {
  APP_ID,
  APP_STATUS,
  activeAuthorization,
  deadAuthorization,
  deadLetter,
  erasable,
  erasure,
  pendingAuthorization,
  quarantined,
  recordedPublications,
  recordedSubscription,
  redrive,
  stream,
  subscription,
  waitingDelivery,
  webhookPublication,
} from './recorded.ts';
import { type Ended, type RunOptions, runSluice, unwrapped } from './run-sluice.ts';

const TENANT = '/v1/tenants/my-app';
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

function sluice(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runSluice(args, {
    cwd: home,
    ...options,
    env: { HOME: home, SLUICE_API_URL: api.url, SLUICE_TOKEN: 'slc_app_test', ...options.env },
  });
}

/** The stock plugin behaves the same when a value is on record: stdout empty, progress on stderr, exit code 0. */
function expectQuietSuccess(ended: Ended, progress: string): void {
  expect(ended).toEqual({ code: 0, stdout: '', stderr: `${progress}... done\n` });
}

test('publications are listed in the table of the stock plugin', async () => {
  api.answer('GET', `${TENANT}/publications`, 200, recordedPublications);
  const { stdout, code } = await sluice(['events:publications', '-a', 'my-app']);
  expect(stdout).toBe(
    [
      '=== Heroku Events publications for app my-app',
      '',
      ' Name                    Platform   Details',
      ' ─────────────────────── ────────── ────────────────────────────────────────────',
      ' hempSystemStatusFakeOrg salesforce Event: /event/Hemp_System_Status__e, Org Name: fake-sfdc-org',
      ' fakeOrgAccountCreated   webhook    Url: https://receiver.example.com/api/webhooks/fake-sfdc-org',
      '',
    ].join('\n'),
  );
  expect(code).toBe(0);
  expect(api.requests[0]?.authorization).toBe('Bearer slc_app_test');
});

test('a subscription in the recorded shape is shown with its keys sorted', async () => {
  api.answer('GET', `${TENANT}/subscriptions/fakeOrgAccountChange`, 200, recordedSubscription);
  const { stdout } = await sluice(['events:subscriptions:info', 'fakeOrgAccountChange', '-a', 'my-app']);
  expect(stdout).toBe(
    [
      'Event:    /data/AccountChange',
      'Id:       5d25c8a0-28b1-44fc-b6c0-e91fa018a42f',
      'Name:     fakeOrgAccountChange',
      'Org Name: fake-sfdc-org',
      'Platform: salesforce',
      'Targets:  fakeOrgAccountCreated',
      '',
    ].join('\n'),
  );
});

test('of two names for one value the newer is shown', async () => {
  api.answer('GET', `${TENANT}/subscriptions/accountChange`, 200, subscription);
  const { stdout } = await sluice(['events:subscriptions:info', 'accountChange', '-a', 'my-app']);
  expect(stdout).toContain('Topic:             /data/AccountChangeEvent\n');
  expect(stdout).toContain('On Invalid Cursor: earliest\n');
  expect(stdout).not.toMatch(/^(Event|Org Name):/m);
});

const LISTS: [string, string, string][] = [
  ['events:authorizations', '/authorizations', 'No Heroku Events authorizations for app my-app.\n'],
  ['events:subscriptions', '/subscriptions', 'No Heroku Events subscriptions for app my-app.\n'],
  ['events:publications', '/publications', 'No Heroku Events publications for app my-app.\n'],
  ['events:streams', '/streams', 'No Heroku Events streams for app my-app.\n'],
  ['tokens', '/tokens', 'No API tokens for app my-app.\n'],
  ['credentials', '/credentials', 'No credentials for app my-app.\n'],
];

test.each(LISTS)('%s says when there is nothing, and prints [] as JSON', async (command, path, sentence) => {
  api.answer('GET', `${TENANT}${path}`, 200, []);
  api.answer('GET', `${TENANT}${path}`, 200, []);
  expect(await sluice([command, '-a', 'my-app'])).toEqual({ code: 0, stdout: sentence, stderr: '' });
  expect(await sluice([command, '-a', 'my-app', '--json'])).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
});

test('deliveries are listed page by page up to the limit, and [] as JSON when there are none', async () => {
  api.answer('GET', `${TENANT}/deliveries?status=waiting&limit=3`, 200, {
    deliveries: [waitingDelivery, waitingDelivery],
    next: 'page 2',
  });
  api.answer('GET', `${TENANT}/deliveries?status=waiting&limit=1&after=page+2`, 200, {
    deliveries: [waitingDelivery],
    next: 'page 3',
  });
  const listed = await sluice([
    'events:deliveries',
    '-a',
    'my-app',
    '--status',
    'waiting',
    '--limit',
    '3',
    '--json',
  ]);
  expect(JSON.parse(listed.stdout)).toEqual([waitingDelivery, waitingDelivery, waitingDelivery]);
  expect(listed.stderr).toContain('There are more');

  api.answer('GET', `${TENANT}/deliveries?limit=50`, 200, { deliveries: [] });
  expect(await sluice(['events:deliveries', '-a', 'my-app', '-j'])).toMatchObject({
    stdout: '[]\n',
    stderr: '',
  });
});

/** Each command of the manual that creates something, with its route, its body, and its progress. */
const CREATES: [string, string[], string, string, object, string][] = [
  [
    'publications:salesforce:create',
    [
      'events:publications:salesforce:create',
      'systemStatus',
      '-t',
      '/event/System_Status__e',
      '-A',
      'example-org',
    ],
    'POST',
    '/platforms/salesforce/publications',
    { name: 'systemStatus', topic: '/event/System_Status__e', alias: 'example-org' },
    'Creating publication systemStatus',
  ],
  [
    'publications:salesforce:create by REST',
    [
      'events:publications:salesforce:create',
      'systemStatus',
      '-t',
      '/event/System_Status__e',
      '-A',
      'example-org',
      '--via',
      'rest',
    ],
    'POST',
    '/platforms/salesforce/publications',
    { name: 'systemStatus', topic: '/event/System_Status__e', alias: 'example-org', via: 'rest' },
    'Creating publication systemStatus',
  ],
  [
    'publications:datacloud:create',
    [
      'events:publications:datacloud:create',
      'ordersDataTarget',
      '-c',
      'SalesConnector',
      '--object',
      'Orders',
      '-A',
      'example-org',
    ],
    'POST',
    '/platforms/datacloud/publications',
    { name: 'ordersDataTarget', connector: 'SalesConnector', object: 'Orders', alias: 'example-org' },
    'Creating publication ordersDataTarget',
  ],
  [
    'subscriptions:salesforce:create',
    [
      'events:subscriptions:salesforce:create',
      'accountChange',
      '-t',
      '/data/AccountChangeEvent',
      '-A',
      'my-org',
      '--replay',
      'earliest',
      '--on-invalid-cursor',
      'stop',
      '--format',
      'avro-json',
      '--target',
      'crm',
      '-f',
      'root = this',
    ],
    'POST',
    '/platforms/salesforce/subscriptions',
    {
      name: 'accountChange',
      topic: '/data/AccountChangeEvent',
      alias: 'my-org',
      replay: 'earliest',
      on_invalid_cursor: 'stop',
      format: 'avro-json',
      target: 'crm',
      filter: 'root = this',
    },
    'Creating subscription accountChange',
  ],
  [
    'subscriptions:sluice:create',
    [
      ...['events:subscriptions:sluice:create', 'incidents', '--target', 'pager'],
      ...['--type', 'com.sluice.feed.gap', '--type', 'com.sluice.authorization.dead'],
    ],
    'POST',
    '/platforms/sluice/subscriptions',
    {
      name: 'incidents',
      target: 'pager',
      types: ['com.sluice.feed.gap', 'com.sluice.authorization.dead'],
    },
    'Creating subscription to operational events incidents',
  ],
  [
    'streams:create',
    ['events:streams:create', 'subAccountChange', 'pubAccountChange'],
    'POST',
    '/streams',
    { source: 'subAccountChange', target: 'pubAccountChange' },
    'Linking subAccountChange to pubAccountChange',
  ],
  [
    'streams:update',
    ['events:streams:update', 'subAccountChange', 'pubAccountChange', '--no-filter'],
    'PATCH',
    '/streams/subAccountChange/pubAccountChange',
    { filter: null },
    'Updating the stream from subAccountChange to pubAccountChange',
  ],
  [
    'generate',
    ['events:generate', 'my-generator', '-i', '1m', '-m', 'root.timestamp = timestamp_unix()'],
    'POST',
    '/platforms/generate/subscriptions',
    { name: 'my-generator', interval: '1m', mapping: 'root.timestamp = timestamp_unix()' },
    'Creating event generator my-generator',
  ],
  [
    'generate by cron',
    [
      ...['events:generate', 'report', '--cron', '0 8 * * MON-FRI', '--time-zone', 'Europe/Berlin'],
      ...['-m', 'root.timestamp = timestamp_unix()'],
    ],
    'POST',
    '/platforms/generate/subscriptions',
    {
      name: 'report',
      interval: '0 8 * * MON-FRI',
      time_zone: 'Europe/Berlin',
      mapping: 'root.timestamp = timestamp_unix()',
    },
    'Creating event generator report',
  ],
  [
    'subscriptions:pause',
    ['events:subscriptions:pause', 'accountChange'],
    'PATCH',
    '/subscriptions/accountChange',
    { paused: true },
    'Pausing subscription accountChange on my-app',
  ],
  [
    'subscriptions:update',
    ['events:subscriptions:update', 'accountChange', '--on-invalid-cursor', 'stop', '--no-repair'],
    'PATCH',
    '/subscriptions/accountChange',
    { on_invalid_cursor: 'stop', repair: false },
    'Updating subscription accountChange on my-app',
  ],
  [
    'publications:update',
    ['events:publications:update', 'systemStatus', '--via', 'rest', '--no-retry'],
    'PATCH',
    '/publications/systemStatus',
    { via: 'rest', retry: null },
    'Updating publication systemStatus on my-app',
  ],
  [
    'publications:update of a webhook',
    ['events:publications:update', 'hook', '-u', 'https://new.example.com', '--no-token'],
    'PATCH',
    '/publications/hook',
    { url: 'https://new.example.com', token: null },
    'Updating publication hook on my-app',
  ],
  [
    'publications:update of the timeout',
    ['events:publications:update', 'hook', '--timeout', '30'],
    'PATCH',
    '/publications/hook',
    { timeout_seconds: 30 },
    'Updating publication hook on my-app',
  ],
  [
    'publications:update of the content mode',
    ['events:publications:update', 'hook', '--content-mode', 'batch', '--batch-size', '20'],
    'PATCH',
    '/publications/hook',
    { content_mode: 'batch', batch_size: 20 },
    'Updating publication hook on my-app',
  ],
  [
    'publications:update of the retry schedule',
    ['events:publications:update', 'systemStatus', '--retry', '1s,2m', '-t', 'x'],
    'PATCH',
    '/publications/systemStatus',
    { token: 'x', retry: ['1s', '2m'] },
    'Updating publication systemStatus on my-app',
  ],
  [
    'publications:resume',
    ['events:publications:resume', 'systemStatus'],
    'PATCH',
    '/publications/systemStatus',
    { paused: false },
    'Resuming publication systemStatus on my-app',
  ],
  [
    'publications:resume with a drain rate',
    ['events:publications:resume', 'systemStatus', '--drain-rate', '20'],
    'PATCH',
    '/publications/systemStatus',
    { paused: false, drain_rate: 20 },
    'Resuming publication systemStatus on my-app',
  ],
  [
    'the first version’s name and flags of publications:salesforce:create',
    [
      'events:publications:sfdc:create',
      'systemStatus',
      '-e',
      '/event/System_Status__e',
      '-o',
      'example-org',
      '-s',
      'sub',
      '-f',
      'root = this',
    ],
    'POST',
    '/platforms/salesforce/publications',
    {
      name: 'systemStatus',
      topic: '/event/System_Status__e',
      alias: 'example-org',
      source: 'sub',
      filter: 'root = this',
    },
    'Creating publication systemStatus',
  ],
  [
    'the first version’s long flags of subscriptions:salesforce:create',
    [
      'events:subscriptions:sfdc:create',
      'status',
      '--event',
      '/event/System_Status__e',
      '--org-name',
      'example-org',
    ],
    'POST',
    '/platforms/salesforce/subscriptions',
    { name: 'status', topic: '/event/System_Status__e', alias: 'example-org' },
    'Creating subscription status',
  ],
];

test.each(CREATES)('%s', async (_name, args, method, path, body, progress) => {
  api.answer(method, `${TENANT}${path}`, method === 'POST' ? 201 : 200, subscription);
  expectQuietSuccess(await sluice([...args, '-a', 'my-app']), progress);
  expect(api.requests.map((request) => request.body)).toEqual([body]);
});

test.each(['events:streams:destroy', 'events:unlink'])('%s unlinks without asking', async (command) => {
  api.answer('DELETE', `${TENANT}/streams/subAccountChange/pubAccountChange`, 200, stream);
  expectQuietSuccess(
    await sluice([command, 'subAccountChange', 'pubAccountChange', '-a', 'my-app']),
    'Unlinking subAccountChange to pubAccountChange',
  );
});

test('a filter that the service refuses is shown with its caret in place, however long its line', async () => {
  const filter = `root = if ${'this.Amount > 1 && '.repeat(8)}true { this } else { delete() }`;
  const caret = `1 | ${filter}\n${' '.repeat(4 + filter.indexOf('delete()'))}^`;
  const message = `the filter does not compile: line 1 char ${filter.indexOf('delete()') + 1}: unrecognised function\n${caret}`;
  api.answer('POST', `${TENANT}/streams`, 422, { id: 'invalid-filter', message });
  const { code, stdout, stderr } = await sluice([
    'events:streams:create',
    'a',
    'b',
    '-f',
    filter,
    '-a',
    'my-app',
  ]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`${message}\n\nError ID: invalid-filter\n`);
});

test('names are escaped in the path', async () => {
  api.answer('GET', `${TENANT}/publications/a%2Fb%3Fc`, 404, {
    id: 'not-found',
    message: 'no such publication',
  });
  const { code, stderr } = await sluice(['events:publications:info', 'a/b?c', '-a', 'my-app']);
  expect(code).toBe(1);
  expect(stderr).toContain('no such publication');
});

test('where nobody looks, a webhook is made only with a place for its signing secret', async () => {
  api.answer('POST', `${TENANT}/platforms/webhook/publications`, 201, {
    ...webhookPublication,
    signing_secret: 'whsec_c2VjcmV0',
  });
  const create = [
    'events:publications:webhook:create',
    'systemStatus',
    '-u',
    'https://example.com/webhooks',
    '--token',
    'abc',
    '-s',
    'sub',
    '-f',
    'root = this',
    '-a',
    'my-app',
  ];
  const refused = await sluice(create);
  expect(refused.code).toBe(2);
  expect(unwrapped(refused.stderr)).toContain('Say --json, or --secret-file FILE for a new file');
  expect(api.requests).toEqual([]);
  const { code, stdout, stderr } = await sluice([...create, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ signing_secret: 'whsec_c2VjcmV0' });
  expect(stderr).toContain('Creating publication systemStatus... done');
  expect(api.requests[0]?.body).toEqual({
    name: 'systemStatus',
    url: 'https://example.com/webhooks',
    token: 'abc',
    source: 'sub',
    filter: 'root = this',
  });
});

test('a signing secret goes into a new file, or comes from one that is there', async () => {
  const file = join(home, 'signing-secret');
  const create = [
    'events:publications:webhook:create',
    'systemStatus',
    '-u',
    'https://example.com',
    '-a',
    'my-app',
  ];
  const secret = { ...webhookPublication, signing_secret: 'whsec_c2VjcmV0' };
  api.answer('POST', `${TENANT}/platforms/webhook/publications`, 201, secret);
  const made = await sluice([...create, '--secret-file', file]);
  expect(made).toMatchObject({ code: 0, stdout: '' });
  expect(readFileSync(file, 'utf8')).toBe('whsec_c2VjcmV0\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(api.requests[0]?.body).not.toHaveProperty('signing_secret');
  api.answer('POST', `${TENANT}/platforms/webhook/publications`, 201, webhookPublication);
  const again = await sluice([...create, '--secret-file', file]);
  expect(again).toMatchObject({ code: 0, stdout: '' });
  expect(api.requests[1]?.body).toMatchObject({ signing_secret: 'whsec_c2VjcmV0' });
  expect(readFileSync(file, 'utf8')).toBe('whsec_c2VjcmV0\n');
  const nowhere = await sluice([...create, '--secret-file', join(home, 'no-such-folder', 'secret')]);
  expect(nowhere.code).toBe(1);
  expect(unwrapped(nowhere.stderr)).toContain('--secret-file: expected the name of a new file');
  expect(api.requests).toHaveLength(2);
});

test('a signing secret is rotated: the new one goes into its file, and until when both sign is said', async () => {
  const file = join(home, 'new-secret');
  const path = `${TENANT}/publications/systemStatus/secret`;
  const until = '2026-11-24T20:00:00.000Z';
  const rotated = {
    ...webhookPublication,
    params: { former_secret_until: until },
    signing_secret: 'whsec_bmV3',
  };
  const rotate = ['events:publications:rotate-secret', 'systemStatus', '-a', 'my-app'];
  api.answer('POST', path, 201, rotated);
  const made = await sluice([...rotate, '--grace', '90m', '--secret-file', file]);
  expect(made).toMatchObject({ code: 0, stdout: '' });
  expect(readFileSync(file, 'utf8')).toBe('whsec_bmV3\n');
  expect(unwrapped(made.stderr)).toContain(`the former secret's signature as well until ${until}`);
  expect(api.requests[0]?.body).toEqual({ grace: '90m' });
  // A secret of the owner's, from stdin.
  api.answer('POST', path, 201, { ...webhookPublication, params: {} });
  const own = await sluice([...rotate, '--secret-file', '-'], { stdin: 'whsec_b3du\n' });
  expect(own).toMatchObject({ code: 0, stdout: '' });
  expect(api.requests[1]?.body).toEqual({ signing_secret: 'whsec_b3du' });
  // Without a terminal or a file nobody would see it, so nothing is rotated.
  api.answer('GET', `${TENANT}/publications/systemStatus`, 200, { ...webhookPublication, params: {} });
  const unseen = await sluice(rotate);
  expect(unseen).toMatchObject({ code: 2, stdout: '' });
  expect(unwrapped(unseen.stderr)).toContain('Say --json, or --secret-file FILE for a new file');
  api.answer('POST', path, 201, rotated);
  expect((await sluice([...rotate, '--json'])).stdout).toContain('"signing_secret": "whsec_bmV3"');
});

test('a public key is shown, to scripts as well, and no file is made for a secret that there is not', async () => {
  const file = join(home, 'no-secret');
  const signed = {
    ...webhookPublication,
    params: {
      public_key: 'whpk_cHVibGlj',
      jwks_path: '/v1/jwks/app/hook',
      former_secret_until: '2026-11-24T20:00:00.000Z',
    },
  };
  const create = [
    'events:publications:webhook:create',
    'systemStatus',
    '-u',
    'https://example.com/hooks',
    '--signature',
    'ed25519',
    '-a',
    'my-app',
  ];
  api.answer('POST', `${TENANT}/platforms/webhook/publications`, 201, signed);
  const created = await sluice(create);
  expect(created).toMatchObject({ code: 0, stdout: 'whpk_cHVibGlj\n' });
  expect(unwrapped(created.stderr)).toMatch(/no secret; http:\S+\/v1\/jwks\/app\/hook shows it/);
  expect(api.requests[0]?.body).toMatchObject({ signature: 'ed25519' });
  const contradiction = await sluice([...create, '--secret-file', file]);
  expect(contradiction.code).toBe(2);
  expect(unwrapped(contradiction.stderr)).toContain('expected no --secret-file: with ed25519 there is no');
  expect(api.requests).toHaveLength(1);

  const rotate = ['events:publications:rotate-secret', 'systemStatus', '-a', 'my-app'];
  const path = `${TENANT}/publications/systemStatus`;
  api.answer('GET', path, 200, signed);
  api.answer('POST', `${path}/secret`, 201, signed);
  const rotated = await sluice(rotate);
  expect(rotated).toMatchObject({ code: 0, stdout: 'whpk_cHVibGlj\n' });
  expect(unwrapped(rotated.stderr)).toContain("the former key's signature as well until 2026-11-24");
  api.answer('POST', `${path}/secret`, 201, signed);
  const intoFile = await sluice([...rotate, '--secret-file', file]);
  expect(intoFile).toMatchObject({ code: 0, stdout: 'whpk_cHVibGlj\n' });
  expect(unwrapped(intoFile.stderr)).toContain(`Nothing was written to ${file}`);
  expect(existsSync(file)).toBe(false);
});

test('a file whose secret is refused stays, and a new file for one does not', async () => {
  const file = join(home, 'kept');
  writeFileSync(file, 'whsec_c2hvcnQ=');
  const path = `${TENANT}/publications/systemStatus/secret`;
  const message = '"signing_secret": expected more';
  const rotate = ['events:publications:rotate-secret', 'systemStatus', '-a', 'my-app', '--secret-file'];
  api.answer('POST', path, 400, { id: 'invalid-request', message });
  const refused = await sluice([...rotate, file]);
  expect(refused.code).toBe(1);
  expect(unwrapped(refused.stderr)).toContain('--secret-file: expected more');
  expect(readFileSync(file, 'utf8')).toBe('whsec_c2hvcnQ=');
  api.answer('POST', path, 400, { id: 'invalid-request', message });
  expect((await sluice([...rotate, join(home, 'other')])).code).toBe(1);
  expect(existsSync(join(home, 'other'))).toBe(false);
});

test('headers and credentials of a webhook come from flags, and secrets of them from files', async () => {
  const headers = join(home, 'headers');
  writeFileSync(headers, 'X-Api-Key: abc\r\n\r\nX-Tenant: 1\r\n');
  const password = join(home, 'password');
  writeFileSync(password, 'pass:word\n');
  const create = [
    'events:publications:webhook:create',
    'a',
    '-u',
    'https://example.com',
    '-a',
    'my-app',
    '--json',
  ];
  const route = `${TENANT}/platforms/webhook/publications`;
  api.answer('POST', route, 201, webhookPublication);
  await sluice([
    ...create,
    '--header-file',
    headers,
    '--basic-user',
    'me',
    '--basic-password-file',
    password,
  ]);
  expect(api.requests[0]?.body).toEqual({
    name: 'a',
    url: 'https://example.com',
    headers: ['X-Api-Key: abc', 'X-Tenant: 1'],
    basic_user: 'me',
    basic_password: 'pass:word',
  });
  api.answer('POST', route, 201, webhookPublication);
  await sluice([
    ...create,
    '--header',
    'X-A: 1',
    '--header',
    'X-B: 2',
    '--content-mode',
    'batch',
    '--batch-wait',
    '0',
  ]);
  expect(api.requests[1]?.body).toMatchObject({
    headers: ['X-A: 1', 'X-B: 2'],
    content_mode: 'batch',
    batch_wait_ms: 0,
  });
  api.answer('PATCH', `${TENANT}/publications/a`, 200, webhookPublication);
  await sluice(['events:publications:update', 'a', '--no-headers', '--oauth-scope', 'x y', '-a', 'my-app']);
  expect(api.requests[2]?.body).toEqual({ headers: null, oauth_scope: 'x y' });
  const twice = await sluice([...create, '--header-file', '-', '--basic-password-file', '-']);
  expect(twice.code).toBe(2);
  expect(unwrapped(twice.stderr)).toMatch(/only one of .* can come from stdin/);
  const value = await sluice([...create, '--basic-password', 'seen']);
  expect(value.code).toBe(2);
});

test('a webhook’s access token comes from a file of any editor as well', async () => {
  const file = join(home, 'token');
  writeFileSync(file, Buffer.from('\uFEFFabc\r\n', 'utf16le'));
  api.answer('PATCH', `${TENANT}/publications/systemStatus`, 200, webhookPublication);
  const update = ['events:publications:update', 'systemStatus', '--token-file', file, '-a', 'my-app'];
  expectQuietSuccess(await sluice(update), 'Updating publication systemStatus on my-app');
  expect(api.requests[0]?.body).toEqual({ token: 'abc' });
  const both = await sluice([...update, '--token', 'def']);
  expect(both.code).toBe(2);
});

test('a filter without a target is a usage error, and asks nothing of the service', async () => {
  const { code, stderr } = await sluice([
    'events:subscriptions:salesforce:create',
    'x',
    '-t',
    '/event/A__e',
    '-A',
    'o',
    '-f',
    'root = this',
    '-a',
    'my-app',
  ]);
  expect(code).toBe(2);
  expect(unwrapped(stderr)).toContain('--filter: expected --target with it, found it alone');
  expect(api.requests).toEqual([]);
});

const DESTROYS: [string, string][] = [
  ['authorization', 'events:authorizations:destroy'],
  ['subscription', 'events:subscriptions:destroy'],
  ['publication', 'events:publications:destroy'],
];

test.each(DESTROYS)('destroy of one %s goes on when --confirm names the app', async (noun, command) => {
  api.answer('DELETE', `${TENANT}/${noun}s/thing`, 200, subscription);
  expectQuietSuccess(
    await sluice([command, 'thing', '-a', 'my-app', '-c', 'my-app']),
    `Destroying ${noun} thing on my-app`,
  );
});

test.each(DESTROYS)('destroy of one %s stops when --confirm names another app', async (_noun, command) => {
  const { code, stdout, stderr } = await sluice([command, 'thing', '-a', 'my-app', '--confirm', 'other']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(unwrapped(stderr)).toContain('Confirmation other did not match my-app. Aborted.');
  expect(api.requests).toEqual([]);
});

test('what is not there is said before anybody is asked', async () => {
  const problem = { id: 'not-found', message: 'expected a publication', status: 404 };
  api.answer('GET', `${TENANT}/publications/thing`, 404, problem);
  const { code, stderr } = await sluice(['events:publications:destroy', 'thing', '-a', 'my-app']);
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toBe('Error: expected a publication Error ID: not-found');
});

test('a token is revoked once its owner is named, and the last one with a warning', async () => {
  const destroy = ['tokens:destroy', 'one', '-a', 'my-app'];
  api.answer('GET', `${TENANT}/tokens`, 200, [{ id: 'one', label: 'x' }]);
  const refused = await sluice(destroy, { stdin: 'no\n' });
  expect(refused.code).toBe(1);
  expect(unwrapped(refused.stderr)).toContain('It is the last token of app my-app.');
  api.answer('GET', `${TENANT}/tokens`, 200, []);
  expect(unwrapped((await sluice(destroy)).stderr)).toContain('`sluice tokens` lists them');
  api.answer('DELETE', `${TENANT}/tokens/one`, 200, {});
  expect((await sluice([...destroy, '-c', 'my-app'])).code).toBe(0);
});

test.each([
  ['help', 'events:streams:create'],
  ['help', 'events', 'streams', 'create'],
  ['events:streams:create', '-h'],
])('%s %s shows the help of the command', async (...args) => {
  const { code, stdout } = await sluice(args.filter((arg) => arg !== undefined));
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('sluice events:streams:create'),
  });
});

test('the help lists every command, also those below a topic', async () => {
  const { stdout } = await sluice(['--help']);
  for (const id of [
    'events:streams:create',
    'events:authorizations:salesforce:update',
    'tokens:create',
    'doctor',
  ]) {
    expect(stdout).toMatch(new RegExp(`^ +${id} `, 'm'));
  }
});

test('version is a word as well', async () => {
  const { code, stdout } = await sluice(['version']);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sluice\/\d/) });
});

test.each([
  [['events', 'streams'], 'did you mean events:streams?'],
  [['events', 'nonsense'], 'sluice --help lists them'],
  [['help', 'nonsense'], 'sluice --help lists them'],
])('%j is no command', async (args, advice) => {
  const { code, stdout, stderr } = await sluice(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(unwrapped(stderr)).toContain(advice);
});

test.each([
  ['apps:info', ['one', '-a', 'two']],
  ['apps:destroy', ['one', '-a', 'two', '-c', 'one']],
  ['config', ['-s', '-j', '-a', 'my-app']],
  ['doctor', ['--stack', 'Other']],
  [
    'events:publications:webhook:create',
    ['x', '-u', 'https://a.example', '--token', 'a', '--token-file', 'b', '-a', 'my-app'],
  ],
  ['events:authorizations:salesforce:create', ['x', '--flow', 'web', '--key-file', 'k', '-a', 'my-app']],
  [
    'events:authorizations:salesforce:update',
    ['x', '--key-file', 'k', '--browser', 'firefox', '-a', 'my-app'],
  ],
])('%s refuses flags that contradict each other, and asks nothing', async (command, args) => {
  expect((await sluice([command, ...args])).code).toBe(2);
  expect(api.requests).toEqual([]);
});

test.each([
  ['apps:destroy', []],
  ['events:filters:test', ['-f', 'root = this', '--all']],
  ['events:authorizations:salesforce:create', ['x', '--flow', 'jwt', '-a', 'my-app']],
  ['events:streams', []],
])('%s without what it needs is a fault of the command line', async (command, args) => {
  expect((await sluice([command, ...args])).code).toBe(2);
});

test('what the parser refuses is said in one sentence', async () => {
  const create = ['events:publications:webhook:create', '-u', 'https://a.example', '-a', 'my-app'];
  const range = await sluice([...create, 'x', '--timeout', '0']);
  expect(unwrapped(range.stderr)).toMatch(
    /--timeout: expected an integer greater than or equal to \d+, found 0/,
  );
  const nameless = await sluice([...create, '--retry', '1s']);
  expect(nameless.code).toBe(2);
  expect(nameless.stderr).not.toContain('allows multiple values');
});

test('the pilot’s first -t is the target where -e is the topic', async () => {
  api.answer('POST', `${TENANT}/platforms/salesforce/subscriptions`, 201, subscription);
  const older = [
    'events:subscriptions:sfdc:create',
    'x',
    '-e',
    '/event/A__e',
    '-o',
    'my-org',
    '-t',
    'pub',
    '-a',
    'my-app',
  ];
  expectQuietSuccess(await sluice(older), 'Creating subscription x');
  expect(api.requests[0]?.body).toMatchObject({ topic: '/event/A__e', alias: 'my-org', target: 'pub' });
});

test('a fault of a field names the flag that gave it', async () => {
  api.answer('POST', `${TENANT}/platforms/salesforce/authorizations`, 400, {
    id: 'invalid-request',
    message: 'private_key: expected an RSA private key; expected "login_url" to be a URL',
  });
  const key = join(home, 'key');
  writeFileSync(key, 'no key');
  const flow = ['--client-id', 'a', '--key-file', key, '--username', 'b', '-a', 'my-app'];
  const { stderr } = await sluice(['events:authorizations:salesforce:create', 'x', ...flow]);
  expect(unwrapped(stderr)).toContain(
    '--key-file: expected an RSA private key; expected --login-url to be a URL',
  );
});

test('without a terminal, a login in the browser is left to whoever has one, and the command ends', async () => {
  api.answer('POST', `${TENANT}/platforms/salesforce/authorizations`, 201, pendingAuthorization);
  const { code, stderr } = await sluice([
    'events:authorizations:salesforce:create',
    'my-org',
    '-a',
    'my-app',
  ]);
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain(pendingAuthorization.extra.redirect_uri);
  expect(unwrapped(stderr)).toContain('there is no terminal to ask at');
});

test('new credentials of an authorization are waited for until no login is awaited any more', async () => {
  const path = `${TENANT}/authorizations/my-org`;
  const awaited = { ...activeAuthorization, extra: pendingAuthorization.extra };
  const byId = `${TENANT}/authorizations/${activeAuthorization.id}`;
  const reason = {
    id: 'another-org',
    message: 'expected credentials of the org acme',
    at: '2026-11-23T20:00:00Z',
  };
  api.answer('PATCH', path, 200, awaited);
  api.answer('GET', byId, 200, { ...awaited, extra: { ...awaited.extra, reason } });
  api.answer('GET', byId, 200, activeAuthorization);
  const update = ['events:authorizations:salesforce:update', 'my-org', '--browser', 'true', '-a', 'my-app'];
  const { code, stderr } = await sluice(update);
  expect(code).toBe(0);
  expect(unwrapped(stderr)).toContain(`${reason.message} The same address can be opened again.`);
  expect(api.requests[0]?.body).toEqual({});
});

test('without --confirm the app’s name is asked for', async () => {
  api.answer('GET', `${TENANT}/publications/thing`, 200, webhookPublication);
  api.answer('GET', `${TENANT}/publications/thing`, 200, webhookPublication);
  const refused = await sluice(['events:publications:destroy', 'thing', '-a', 'my-app'], { stdin: 'yes\n' });
  expect(refused.code).toBe(1);
  const said = unwrapped(refused.stderr);
  expect(said).toContain('Destructive Action. This command will affect the app my-app.');
  expect(said).toContain('To proceed, type my-app or re-run this command with --confirm my-app');
  expect(said).toContain('Confirmation did not match my-app. Aborted.');

  api.answer('DELETE', `${TENANT}/publications/thing`, 200, webhookPublication);
  const confirmed = await sluice(['events:publications:destroy', 'thing', '-a', 'my-app'], {
    stdin: 'my-app\n',
  });
  expect(confirmed.code).toBe(0);
  expect(confirmed.stderr).toContain('Destroying publication thing on my-app... done');
});

test('an unanswered confirmation is none', async () => {
  api.answer('GET', `${TENANT}/publications/thing`, 200, webhookPublication);
  const { code, stderr } = await sluice(['events:publications:destroy', 'thing', '-a', 'my-app'], {
    stdin: '',
  });
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain('Confirmation did not match my-app. Aborted.');
});

test('an authorization is waited for, through the browser, until it is active', async () => {
  api.answer('POST', `${TENANT}/platforms/salesforce/authorizations`, 201, pendingAuthorization);
  const path = `${TENANT}/authorizations/${pendingAuthorization.id}`;
  api.answer('GET', path, 200, pendingAuthorization);
  api.answer('GET', path, 200, activeAuthorization);
  const browser = join(home, 'browser');
  writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > ${join(home, 'opened')}\n`, { mode: 0o755 });
  const create = ['events:authorizations:salesforce:create', 'my-org', '-a', 'my-app', '--browser', browser];
  const { code, stdout, stderr } = await sluice(create);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain(`Opening browser to ${pendingAuthorization.extra.redirect_uri}\n`);
  expect(stderr).toMatch(/Heroku Events: Waiting for authentication\.\.\. pending, 0 s/);
  expect(stderr).toMatch(/done\n$/);
  expect(api.requests[0]?.body).toEqual({ alias: 'my-org', flow: 'web' });
  expect(readFileSync(join(home, 'opened'), 'utf8')).toBe(pendingAuthorization.extra.redirect_uri);
});

test('a browser that cannot be opened is a warning: the address is there to be copied', async () => {
  api.answer('POST', `${TENANT}/platforms/salesforce/authorizations`, 201, pendingAuthorization);
  api.answer('GET', `${TENANT}/authorizations/${pendingAuthorization.id}`, 200, activeAuthorization);
  const create = [
    'events:authorizations:salesforce:create',
    'my-org',
    '-a',
    'my-app',
    '--browser',
    '/no/such',
  ];
  const { code, stderr } = await sluice(create);
  expect(code).toBe(0);
  expect(unwrapped(stderr)).toContain('Warning: Cannot open browser.');
});

test('a login that did not succeed is told while it can still be tried again', async () => {
  api.answer('POST', `${TENANT}/platforms/salesforce/authorizations`, 201, pendingAuthorization);
  const path = `${TENANT}/authorizations/${pendingAuthorization.id}`;
  const { reason } = deadAuthorization;
  api.answer('GET', path, 200, { ...pendingAuthorization, reason });
  api.answer('GET', path, 200, activeAuthorization);
  const create = ['events:authorizations:salesforce:create', 'my-org', '-a', 'my-app', '--browser', 'true'];
  const { code, stderr } = await sluice(create);
  expect(code).toBe(0);
  expect(unwrapped(stderr)).toContain(`${reason.message} The same address can be opened again.`);
});

test('a list of authorizations says why one does not work', async () => {
  api.answer('GET', `${TENANT}/authorizations`, 200, [deadAuthorization, activeAuthorization]);
  const { stdout } = await sluice(['events:authorizations', '-a', 'my-app']);
  expect(stdout).toContain(`dead   ${deadAuthorization.reason.message}\n`);
});

test('an authorization that dies ends the wait with its reason', async () => {
  api.answer('POST', `${TENANT}/platforms/salesforce/authorizations`, 201, pendingAuthorization);
  api.answer('GET', `${TENANT}/authorizations/${pendingAuthorization.id}`, 200, deadAuthorization);
  const { code, stderr } = await sluice([
    'events:authorizations:salesforce:create',
    'my-org',
    '-a',
    'my-app',
    '--browser',
    'true',
  ]);
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain(`${deadAuthorization.reason.message} Error ID: access-denied`);
});

test('the pilot’s sign of success, an instance URL, ends the wait as well', async () => {
  const pilot = {
    id: pendingAuthorization.id,
    platform: 'salesforce',
    params: { org_name: 'my-org', url: null },
    extra: pendingAuthorization.extra,
  };
  api.answer('POST', `${TENANT}/platforms/salesforce/authorizations`, 201, pilot);
  api.answer('GET', `${TENANT}/authorizations/${pilot.id}`, 200, {
    ...pilot,
    params: { org_name: 'my-org', url: 'https://acme.my.salesforce.com' },
    extra: null,
  });
  const { code } = await sluice([
    'events:authorizations:sfdc:create',
    'my-org',
    '-a',
    'my-app',
    '--browser',
    'true',
  ]);
  expect(code).toBe(0);
});

test('secrets come from a file or from stdin, and only the body has them', async () => {
  const keyFile = join(home, 'server.key');
  writeFileSync(keyFile, 'PRIVATE KEY\n');
  api.answer('POST', `${TENANT}/platforms/salesforce/authorizations`, 201, activeAuthorization);
  api.answer('POST', `${TENANT}/platforms/salesforce/authorizations`, 201, activeAuthorization);
  const create = ['events:authorizations:salesforce:create', 'my-org', '-a', 'my-app'];

  const jwt = await sluice([
    ...create,
    '--client-id',
    '3MVG9',
    '--key-file',
    keyFile,
    '--username',
    'a@example.com',
  ]);
  expectQuietSuccess(jwt, 'Creating authorization my-org');
  const flow = ['--flow', 'client-credentials', '--login-url', 'https://acme.my.salesforce.com'];
  const secret = await sluice([...create, ...flow, '--client-id', '3MVG9', '--client-secret-file', '-'], {
    stdin: 'S3CRET\n',
  });
  expectQuietSuccess(secret, 'Creating authorization my-org');

  expect(api.requests.map((request) => request.body)).toEqual([
    {
      alias: 'my-org',
      flow: 'jwt',
      client_id: '3MVG9',
      private_key: 'PRIVATE KEY',
      username: 'a@example.com',
    },
    {
      alias: 'my-org',
      flow: 'client-credentials',
      login_url: 'https://acme.my.salesforce.com',
      client_id: '3MVG9',
      client_secret: 'S3CRET',
    },
  ]);
});

test('what a flow needs is said before anything is asked of the service', async () => {
  const { code, stderr } = await sluice([
    'events:authorizations:salesforce:create',
    'my-org',
    '--flow',
    'jwt',
    '--client-id',
    '3MVG9',
    '-a',
    'my-app',
  ]);
  expect(code).toBe(2);
  expect(unwrapped(stderr)).toContain('--flow jwt: expected --key-file, --username with it');
  expect(api.requests).toEqual([]);
});

test('a delivery is shown with every attempt and with its event, 64-bit integers exact', async () => {
  const delivery = JSON.stringify({
    ...waitingDelivery,
    attempts: [
      {
        at: '2026-11-23T20:00:00.000Z',
        duration_ms: 12,
        status: 500,
        error_id: 'http-500',
        message: 'answered 500',
      },
      {
        at: '2026-11-23T20:00:02.000Z',
        duration_ms: 12,
        status: 500,
        error_id: 'http-500',
        message: 'answered 500',
        answer: '{"error":\n"no \u001b[31mdisk"}\u0000',
      },
      {
        at: '2026-11-23T20:00:03.000Z',
        duration_ms: 12,
        status: 500,
        answer: '{"error":\n"no \u001b[31mdisk"}\u0000',
      },
      {
        at: '2026-11-23T20:00:05.000Z',
        duration_ms: 15_000,
        error_id: 'timeout',
        message: 'no answer in 15 s',
      },
    ],
    event: { specversion: '1.0', id: '20741903', data: { commitNumber: 0 } },
  }).replace('"commitNumber":0', '"commitNumber":1736877279422521345');
  api.answer('GET', `${TENANT}/deliveries/${waitingDelivery.id}`, 200, delivery);
  const { stdout } = await sluice(['events:deliveries:info', waitingDelivery.id, '-a', 'my-app']);
  expect(stdout).toContain('Status:          waiting\n');
  expect(stdout).toMatch(/^ 2026-11-23T20:00:00\.000Z 12 ms +500 +http-500 answered 500$/m);
  expect(stdout).toMatch(/^ 2026-11-23T20:00:05\.000Z 15000 ms +timeout +no answer in 15 s$/m);
  expect(stdout).toContain('"commitNumber": 1736877279422521345');
  expect(stdout).toContain(
    '=== Answer at 2026-11-23T20:00:02.000Z\n\n{"error":\n"no \\u{1b}[31mdisk"}\\u{0}\n',
  );
  expect(stdout).not.toContain('Answer at 2026-11-23T20:00:03');

  api.answer('GET', `${TENANT}/deliveries/${waitingDelivery.id}`, 200, delivery);
  const asJson = await sluice(['events:deliveries:info', waitingDelivery.id, '-a', 'my-app', '--json']);
  expect(asJson.stdout).toContain('"commitNumber": 1736877279422521345');
});

test('a retry by filter says how many match, starts it, and follows it to its end', async () => {
  const count = `${TENANT}/deliveries/count?status=rejected%2Cexhausted&publication=crm&http_status=503&error=Unavailable`;
  const args = ['events:deliveries:retry', '-p', 'crm', '--status-code', '503', '--error', 'Unavailable'];
  api.answer('GET', count, 200, { count: 3, scanned: 7, complete: true });
  const dry = await sluice([...args, '--dry-run', '-a', 'my-app']);
  expect(dry).toEqual({ code: 0, stdout: '', stderr: '3 deliveries match (rejected, exhausted).\n' });

  api.answer('GET', count, 200, { count: 3, scanned: 7, complete: true });
  const body = {
    action: 'retry',
    filter: { status: ['rejected', 'exhausted'], publication: 'crm', http_status: 503, error: 'Unavailable' },
    rate: 20,
  };
  api.answer('POST', `${TENANT}/redrives`, 201, { ...redrive, state: 'running', done: 0, skipped: 0 });
  api.answer('GET', `${TENANT}/redrives/${redrive.id}`, 200, redrive);
  const { code, stderr } = await sluice([...args, '--rate', '20', '-a', 'my-app']);
  expect(code).toBe(0);
  expect(api.requests.find(({ method }) => method === 'POST')?.body).toEqual(body);
  expect(stderr).toContain('Retrying deliveries... done, 2, 1 skipped\n');
  expect(unwrapped(stderr)).toContain(
    '1 were left as they are: their publication is gone, paused or disabled',
  );
});

test('a discard by filter is confirmed by the name of the app', async () => {
  const count = `${TENANT}/deliveries/count?status=parked`;
  const args = ['events:deliveries:discard', '--status', 'parked', '-a', 'my-app'];
  api.answer('GET', count, 200, { count: 1, scanned: 1, complete: true });
  expect((await sluice([...args, '-c', 'other'])).stderr).toContain(
    'Confirmation other did not match my-app',
  );
  api.answer('GET', count, 200, { count: 1, scanned: 1, complete: true });
  api.answer('POST', `${TENANT}/redrives`, 201, { ...redrive, action: 'discard', done: 1, skipped: 0 });
  const { stderr } = await sluice([...args, '-c', 'my-app']);
  expect(stderr).toBe('1 delivery matches (parked).\nDiscarding deliveries... done, 1\n');
});

test('a filter that matches nothing starts nothing, and one that was not searched to its end says so', async () => {
  const args = ['events:deliveries:retry', '--event-id', 'e', '-a', 'my-app'];
  const count = `${TENANT}/deliveries/count?status=rejected%2Cexhausted&event_id=e`;
  api.answer('GET', count, 200, { count: 0, scanned: 5, complete: true });
  expect((await sluice(args)).stderr).toBe('0 deliveries match (rejected, exhausted).\n');
  api.answer('GET', count, 200, { count: 0, scanned: 10_000, complete: false });
  expect((await sluice([...args, '--dry-run'])).stderr).toBe(
    'at least 0 (after looking at 10000 records) deliveries match (rejected, exhausted).\n',
  );
});

test('times of a filter are times, or how long ago', async () => {
  const { code, stderr } = await sluice(['events:deliveries', '--since', 'yesterday', '-a', 'my-app']);
  expect(code).toBe(2);
  expect(unwrapped(stderr)).toContain('or how long ago it was, such as 2h, found "yesterday"');
});

test('redrives are listed, shown, paused, resumed and stopped', async () => {
  api.answer('GET', `${TENANT}/redrives`, 200, { redrives: [redrive] });
  expect((await sluice(['events:redrives', '-a', 'my-app'])).stdout).toMatch(
    /^ a2f1c7de-\S+ +retry +done +2 +1 +2026-\S+ +laptop$/m,
  );
  api.answer('GET', `${TENANT}/redrives/${redrive.id}`, 200, redrive);
  const info = await sluice(['events:redrives:info', redrive.id, '-a', 'my-app']);
  expect(info.stdout).toMatch(/^Filter: +\{"status":\["rejected","exhausted"\]\}$/m);
  api.answer('PATCH', `${TENANT}/redrives/${redrive.id}`, 200, { ...redrive, state: 'paused' });
  expectQuietSuccess(
    await sluice(['events:redrives:pause', redrive.id, '-a', 'my-app']),
    `Pausing redrive ${redrive.id} on my-app`,
  );
  api.answer('PATCH', `${TENANT}/redrives/${redrive.id}`, 200, redrive);
  expect((await sluice(['events:redrives:resume', redrive.id, '-a', 'my-app'])).stderr).toContain('done, 2');
  api.answer('DELETE', `${TENANT}/redrives/${redrive.id}`, 200, redrive);
  expectQuietSuccess(
    await sluice(['events:redrives:stop', redrive.id, '-a', 'my-app']),
    `Stopping redrive ${redrive.id} on my-app`,
  );
});

test('an erasure is counted, confirmed by the name of the app, and followed to its end', async () => {
  const args = ['events:erase', '--record', '003xx000004TmiQAAS', '-a', 'my-app'];
  const target = { by: 'record', value: '003xx000004TmiQAAS' };
  api.answer('POST', `${TENANT}/erasures/count`, 200, erasable);
  const dry = await sluice([...args, '--dry-run']);
  expect({ code: dry.code, stdout: dry.stdout }).toEqual({ code: 0, stdout: '' });
  expect(dry.stderr).toContain('Found 2 deliveries, 1 dead letters and 0 events in quarantine.\n');
  expect(dry.stderr).toMatch(/^ queues +2026-11-15T10:00:00.000Z +events that wait/m);
  expect(dry.stderr).toMatch(/^ receivers +whatever was delivered/m);

  api.answer('POST', `${TENANT}/erasures/count`, 200, erasable);
  const refused = await sluice([...args, '-c', 'other']);
  expect(refused.code).toBe(1);
  expect(unwrapped(refused.stderr)).toContain('Confirmation other did not match my-app');

  api.answer('POST', `${TENANT}/erasures/count`, 200, erasable);
  api.answer('POST', `${TENANT}/erasures`, 201, { ...erasure, state: 'running', done: 0 });
  api.answer('GET', `${TENANT}/redrives/${erasure.id}`, 200, erasure);
  const { code, stdout, stderr } = await sluice([...args, '-c', 'my-app']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain('Erasing deliveries... done, 2\n');
  expect(unwrapped(stderr)).toContain('Erased 2 deliveries, 1 dead letters and 0 events in quarantine');
  expect(api.requests.map(({ body }) => body).filter((body) => body !== undefined)).toEqual(
    Array.from({ length: 4 }, () => target),
  );
});

test('an erasure that finds nothing starts nothing; one that was not counted to its end goes on', async () => {
  const nothing = { ...erasable, deliveries: 0, dead_letters: { erased: 0, mixed: 2, complete: true } };
  api.answer('POST', `${TENANT}/erasures/count`, 200, nothing);
  const { code, stderr } = await sluice(['events:erase', '--subject', 's', '-a', 'my-app']);
  expect(code).toBe(0);
  expect(unwrapped(stderr)).toContain('2 more dead letters hold other events as well, and stay');
  api.answer('POST', `${TENANT}/erasures/count`, 200, { ...nothing, complete: false });
  api.answer('POST', `${TENANT}/erasures`, 201, { ...erasure, state: 'running' });
  const args = ['events:erase', '--event-id', 'e', '-a', 'my-app', '-c', 'my-app', '--detach'];
  const detached = await sluice(args);
  expect(detached.stderr).toContain('Found at least 0 deliveries');
  expect(unwrapped(detached.stderr)).toContain(`Redrive ${erasure.id} goes on by itself`);
});

test.each([[[]], [['--subject', 's', '--record', 'r']], [['--event-id', 'e', '--record', 'r']]])(
  'an erasure by %j asks for one of three',
  async (args) => {
    const { code, stderr } = await sluice(['events:erase', ...args, '-a', 'my-app']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--(subject|event-id|record)/);
  },
);

test('the record of an erasure is shown with its hash and its counts', async () => {
  api.answer('GET', `${TENANT}/redrives/${erasure.id}`, 200, erasure);
  const { stdout } = await sluice(['events:redrives:info', erasure.id, '-a', 'my-app']);
  expect(stdout).toMatch(/^Action: +erase$/m);
  expect(stdout).toMatch(/^Erasure: +\{"by":"record","value_sha256":"b94d27/m);
});

test('one delivery is retried by its id; both an id and a filter, or neither, are refused', async () => {
  api.answer('POST', `${TENANT}/deliveries/one/retry`, 200, waitingDelivery);
  expectQuietSuccess(
    await sluice(['events:deliveries:retry', 'one', '-a', 'my-app']),
    'Retrying delivery one',
  );
  for (const args of [[], ['one', '--all'], ['one', '--publication', 'crm']]) {
    const { code, stderr } = await sluice(['events:deliveries:retry', ...args, '-a', 'my-app']);
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toContain('expected the id of a delivery, or a filter');
  }
});

test('a delivery is discarded once the app is named', async () => {
  api.answer('DELETE', `${TENANT}/deliveries/one`, 200, waitingDelivery);
  expectQuietSuccess(
    await sluice(['events:deliveries:discard', 'one', '-a', 'my-app', '-c', 'my-app']),
    'Discarding delivery one on my-app',
  );
});

test('dead letters are listed, shown with their body, and redriven by their id', async () => {
  const unreadable = { ...deadLetter, id: 'two', kind: 'unreadable', reason: 'expected a header' };
  api.answer('GET', '/v1/dead-letters?limit=2', 200, {
    dead_letters: [deadLetter, unreadable],
    looked_at: 2,
    complete: false,
  });
  const list = await sluice(['events:dead-letters', '--limit', '2']);
  expect(list.stdout).toMatch(
    /^ 3f1e1bb0-\S+ deliveries delivery +my-app crm +\/data\/AccountChangeEvent +24 +2026-\S+Z$/m,
  );
  expect(list.stdout).toMatch(/^ two .* expected a header$/m);
  expect(list.stderr).toContain('There are more');
  for (let time = 0; time < 2; time += 1) {
    api.answer('GET', '/v1/dead-letters?limit=50', 200, { dead_letters: [], complete: true });
  }
  expect((await sluice(['events:dead-letters'])).stdout).toBe('No dead letters.\n');
  expect(await sluice(['events:dead-letters', '--json'])).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  api.answer('GET', '/v1/dead-letters/two', 200, { ...unreadable, body: '{"v":1}\nhello' });
  const info = await sluice(['events:dead-letters:info', 'two']);
  expect(info.stdout).toMatch(/^Reason: +expected a header$/m);
  expect(info.stdout).toMatch(/=== Body\n\n\{"v":1\}\nhello\n$/);
  api.answer('POST', '/v1/dead-letters/two/redrive', 200, { ...unreadable, body: 'hello' });
  expectQuietSuccess(await sluice(['events:dead-letters:redrive', 'two']), 'Redriving dead letter two');
  for (const args of [[], ['two', '--all']]) {
    const { code, stderr } = await sluice(['events:dead-letters:redrive', ...args]);
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toContain('expected the id of a dead letter, or a filter');
  }
});

const COUNTED_AT = '2026-11-23T20:00:00.000Z';
const counted = (count: number, more: object = {}) => ({
  count,
  looked_at: count,
  complete: true,
  at: COUNTED_AT,
  ...more,
});

test('dead letters are listed by a filter, with how many were looked at', async () => {
  const query = 'queue=deliveries&app=my-app&publication=crm&event_type=T&from=2026-11-23T20%3A00%3A00Z';
  api.answer('GET', `/v1/dead-letters?${query}&reason=header&limit=50`, 200, {
    dead_letters: [deadLetter],
    looked_at: 2_000,
    complete: false,
  });
  const flags = '--queue deliveries -a my-app -p crm --type T --since 2026-11-23T20:00:00Z --reason header';
  const { stderr } = await sluice(['events:dead-letters', ...flags.split(' ')]);
  expect(stderr).toContain('Looked at 2000 dead letters.');
  expect(stderr).toContain('There are more');
});

test('all dead letters are redriven in steps, as far as they were there when they were counted', async () => {
  api.answer('GET', '/v1/dead-letters/count?', 200, counted(1_007));
  api.answer('POST', '/v1/dead-letters/redrive', 200, { redriven: 500, next: COUNTED_AT });
  api.answer('POST', '/v1/dead-letters/redrive', 200, { redriven: 500, next: COUNTED_AT });
  api.answer('POST', '/v1/dead-letters/redrive', 200, { redriven: 7 });
  const { code, stderr } = await sluice(['events:dead-letters:redrive', '--all']);
  expect(code).toBe(0);
  expect(stderr).toContain('Found 1007 dead letters that match.\n');
  expect(stderr).toContain('Redriving dead letters... 500 so far\n');
  expect(stderr).toContain('Redriving dead letters... done, 1007 redriven\n');
  const body = { before: COUNTED_AT, filter: {} };
  expect(api.requests.map((request) => request.body)).toEqual([undefined, body, body, body]);
});

test.each([
  [{ redriven: 3, refusal: 'no room' }, /3 redriven[\s\S]*a queue refused one \(no room\)/],
  [{ redriven: 0, next: COUNTED_AT }, /0 redriven[\s\S]*could not be reached/],
])('a redrive of all that comes no further fails and says how far it came', async (answer, said) => {
  api.answer('GET', '/v1/dead-letters/count?', 200, counted(4));
  api.answer('POST', '/v1/dead-letters/redrive', 200, answer);
  const { code, stderr } = await sluice(['events:dead-letters:redrive', '--all']);
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toMatch(said);
});

test('a dead letter is discarded once that is confirmed', async () => {
  api.answer('GET', '/v1/dead-letters/two', 200, { ...deadLetter, id: 'two', body: 'hello' });
  const unsure = await sluice(['events:dead-letters:discard', 'two'], { stdin: 'yes\n' });
  expect(unsure.code).toBe(1);
  expect(unwrapped(unsure.stderr)).toContain('This command will affect the dead letter two.');
  api.answer('DELETE', '/v1/dead-letters/two', 200, { ...deadLetter, id: 'two', body: 'hello' });
  expectQuietSuccess(
    await sluice(['events:dead-letters:discard', 'two', '-c', 'dead-letters']),
    'Discarding dead letter two',
  );
});

test('dead letters are discarded by a filter once their number was said and confirmed', async () => {
  const args = ['events:dead-letters:discard', '--kind', 'unreadable'];
  const count = '/v1/dead-letters/count?kind=unreadable';
  api.answer('GET', count, 200, counted(2));
  const unsure = await sluice(args, { stdin: '\n' });
  expect(unsure.code).toBe(1);
  expect(unwrapped(unsure.stderr)).toMatch(
    /Found 2 dead letters that match\.[\s\S]*will affect 2 dead letters\./,
  );
  // The answer may come through a pipe, which must not be read as ids.
  api.answer('GET', count, 200, counted(1));
  api.answer('POST', '/v1/dead-letters/discard', 200, { discarded: 1, looked_at: 1 });
  expect(await sluice(args, { stdin: 'dead-letters\n' })).toMatchObject({ code: 0 });
  api.answer('GET', count, 200, counted(2));
  expect(await sluice([...args, '--dry-run'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Found 2 dead letters that match.\n',
  });
  api.answer('GET', count, 200, counted(1, { looked_at: 4_000, complete: false }));
  api.answer('POST', '/v1/dead-letters/discard', 200, { discarded: 2, looked_at: 9 });
  const { stderr } = await sluice([...args, '-c', 'dead-letters']);
  expect(stderr).toBe(
    'Found at least 1 dead letters that match, after looking at 4000.\nDiscarding dead letters... done, 2 discarded\n',
  );
  expect(api.requests.at(-1)?.body).toEqual({ before: COUNTED_AT, filter: { kind: 'unreadable' } });
  api.answer('GET', count, 200, counted(0));
  expect((await sluice(args)).stderr).toBe('Found 0 dead letters that match.\n');
  for (const faulty of [[], ['two', '--all'], ['two', '--kind', 'retry'], ['--since', 'yesterday']]) {
    expect((await sluice(['events:dead-letters:discard', ...faulty])).code).toBe(2);
  }
});

test('an event in quarantine is listed, replayed, and discarded once the app is named', async () => {
  api.answer('GET', `${TENANT}/quarantine`, 200, [quarantined]);
  const list = await sluice(['events:quarantine', '-a', 'my-app']);
  expect(list.stdout).toMatch(/^ feed\.place +2026-11-23T20:00:00\.000Z +\/event\/Order__e +3 +the payload/m);
  api.answer('GET', `${TENANT}/quarantine`, 200, []);
  expect((await sluice(['events:quarantine', '-a', 'my-app'])).stdout).toBe(
    'No events in quarantine for app my-app.\n',
  );
  api.answer('GET', `${TENANT}/quarantine/feed.place`, 200, { ...quarantined, payload: 'AAH/' });
  const info = await sluice(['events:quarantine:info', 'feed.place', '-a', 'my-app']);
  expect(info.stdout).toMatch(/^Payload: +AAH\/$/m);
  api.answer('POST', `${TENANT}/quarantine/feed.place/replay`, 200, quarantined);
  expectQuietSuccess(
    await sluice(['events:quarantine:replay', 'feed.place', '-a', 'my-app']),
    'Replaying event feed.place',
  );
  api.answer('DELETE', `${TENANT}/quarantine/feed.place`, 200, quarantined);
  expectQuietSuccess(
    await sluice(['events:quarantine:discard', 'feed.place', '-a', 'my-app', '-c', 'my-app']),
    'Discarding event feed.place on my-app',
  );
});

test('status shows authorizations, feeds and deliveries', async () => {
  api.answer('GET', `${TENANT}/status`, 200, APP_STATUS);
  const { stdout } = await sluice(['events:status', '-a', 'my-app']);
  expect(stdout).toMatch(/^ my-org +active$/m);
  expect(stdout).toMatch(/^ \/data\/AccountChangeEvent accountChange active 0 ms 90 s +3 +7 +1$/m);
  expect(stdout).toContain('\n2026-11-23T20:00:00.000Z Events may have been missed\n');
  expect(stdout).toMatch(/^ my-org +DailyDeliveredPlatformEvents 80 % +10000 +50000 +7000$/m);
  expect(stdout).toMatch(/^ new-org +not read yet$/m);
  expect(stdout).toMatch(/^ crm +disabled the receiver answered 410\n later paused$/m);
  expect(stdout).toMatch(/^Waiting: +2$/m);
  expect(stdout).toMatch(/^Rejected: +1$/m);
  expect(stdout).not.toContain('Dead letters');
});

test.each([
  [{ deliveries: 2, ordered: 0, polls: 0 }, true],
  [{ deliveries: 0, ordered: 0, polls: 0 }, false],
])('status shows dead letters of %j: %j', async (dead_letters, areShown) => {
  api.answer('GET', `${TENANT}/status`, 200, { ...APP_STATUS, dead_letters });
  const { stdout } = await sluice(['events:status', '-a', 'my-app']);
  expect(/=== Dead letters of all apps[^\n]*\n\nDeliveries: 2\nOrdered: +0\nPolls: +0\n$/.test(stdout)).toBe(
    areShown,
  );
});

test('a generator that fails says why, in its own place and in the status of its app', async () => {
  const reason = {
    id: 'mapping-failed',
    message: 'line 1: expected a number, found "x"',
    at: '2026-11-23T20:00:00.000Z',
  };
  const failing = { id: APP_ID, name: 'my-generator', reason };
  api.answer('GET', `${TENANT}/status`, 200, { ...APP_STATUS, generators: [failing] });
  const status = await sluice(['events:status', '-a', 'my-app']);
  expect(status.stdout).toContain('=== Generators whose mapping failed at the last run\n');
  expect(status.stdout).toMatch(
    /^ my-generator 2026-11-23T20:00:00\.000Z line 1: expected a number, found "x"$/m,
  );

  const params = { interval: '1m', mapping: 'root.n = 1' };
  const generator = { ...subscription, ...failing, platform: 'generate', params };
  api.answer('GET', `${TENANT}/subscriptions/my-generator`, 200, {
    ...generator,
    status: { state: 'waiting', reason },
  });
  const info = await sluice(['events:subscriptions:info', 'my-generator', '-a', 'my-app']);
  expect(info.stdout).toMatch(/^Status: +waiting$/m);
  expect(info.stdout).toMatch(/^Reason: +line 1: expected a number, found "x"$/m);
});

test('a new app’s publish URL is kept for config:get, in a file that only its owner reads', async () => {
  const created = {
    id: APP_ID,
    name: 'my-app',
    created_at: '2026-11-23T20:00:00.000Z',
    api_url: `${api.url}/v1/tenants/${APP_ID}`,
    publish_url: 'http://user:password@127.0.0.1:4280',
    token: 'slc_app_once',
  };
  api.answer('POST', '/v1/apps', 201, created);
  const create = await sluice(['apps:create', 'my-app']);
  // Nobody is watching: the secret is not printed.
  expect(create.stdout).toBe(`HEROKUEVENTS_API_URL: ${created.api_url}\n`);
  expect(create.stderr).not.toMatch(/slc_app_once|password@/);
  expect(unwrapped(create.stderr)).toContain('sluice tokens:create -a my-app');
  const file = join(home, '.config', 'sluice', 'credentials', `127.0.0.1_${new URL(api.url).port}.json`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ 'my-app': { publishUrl: created.publish_url } });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const { publish_url: _url, token: _token, ...shown } = created;
  api.answer('GET', '/v1/apps/my-app', 200, shown);
  const value = await sluice(['config:get', 'HEROKUEVENTS_PUBLISH_URL', '-a', 'my-app']);
  expect(value).toEqual({ code: 0, stdout: `${created.publish_url}\n`, stderr: '' });

  api.answer('GET', '/v1/apps/my-app', 200, shown);
  const config = await sluice(['config', '-a', 'my-app', '--json']);
  expect(JSON.parse(config.stdout)).toEqual({
    HEROKUEVENTS_API_URL: created.api_url,
    HEROKUEVENTS_PUBLISH_URL: created.publish_url,
  });

  api.answer('GET', '/v1/apps/my-app', 200, shown);
  api.answer('DELETE', '/v1/apps/my-app', 200, shown);
  await sluice(['apps:destroy', 'my-app', '-c', 'my-app']);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({});
});

test('a publish URL that this computer never saw is not made up', async () => {
  api.answer('GET', '/v1/apps/my-app', 200, { id: APP_ID, name: 'my-app' });
  const { code, stdout, stderr } = await sluice(['config:get', 'HEROKUEVENTS_PUBLISH_URL', '-a', 'my-app']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(unwrapped(stderr)).toContain('sluice credentials:rotate makes another');
});

test('rotated credentials replace the kept publish URL; an app’s token is enough for it', async () => {
  api.answer('GET', '/v1/apps/my-app', 403, {
    id: 'forbidden',
    message: 'this token opens its own app only',
  });
  api.answer('POST', `${TENANT}/credentials`, 201, { user: 'u2', publish_url: 'http://u2:p2@host' });
  const rotated = await sluice(['credentials:rotate', '-a', 'my-app']);
  expect(rotated.stdout).toBe('http://u2:p2@host\n');
  api.answer('GET', '/v1/apps/my-app', 403, {
    id: 'forbidden',
    message: 'this token opens its own app only',
  });
  const value = await sluice(['config:get', 'HEROKUEVENTS_PUBLISH_URL', '-a', 'my-app']);
  expect(value.stdout).toBe('http://u2:p2@host\n');

  const created_at = '2026-11-27T10:00:00.000Z';
  api.answer('GET', `${TENANT}/credentials`, 200, [
    { user: 'u1', created_at },
    { user: 'u2', created_at },
  ]);
  api.answer('GET', '/v1/apps/my-app', 403, { id: 'forbidden', message: 'only its own app' });
  const listed = await sluice(['credentials', '-a', 'my-app']);
  expect(listed.stdout).toMatch(/^ u1 +\S+$/m);
  expect(listed.stdout).toMatch(/^ u2 +\S+ +kept on this computer$/m);
});

test('a subscribe URL is made, kept beside the publish URL, and forgotten with its credentials', async () => {
  const app = { id: APP_ID, name: 'my-app', api_url: `${api.url}/v1/tenants/${APP_ID}` };
  api.answer('POST', '/v1/apps', 201, {
    ...app,
    publish_url: 'http://p1:pw@host',
    subscribe_url: 'http://s1:pw@host',
    token: 'slc_app_once',
  });
  await sluice(['apps:create', 'my-app']);
  api.answer('GET', '/v1/apps/my-app', 200, app);
  const config = await sluice(['config', '-a', 'my-app', '--json']);
  expect(JSON.parse(config.stdout)).toEqual({
    HEROKUEVENTS_API_URL: app.api_url,
    HEROKUEVENTS_PUBLISH_URL: 'http://p1:pw@host',
    HEROKUEVENTS_SUBSCRIBE_URL: 'http://s1:pw@host',
  });
  api.answer('GET', '/v1/apps/my-app', 200, app);
  api.answer('POST', `${TENANT}/credentials`, 201, { user: 's2', subscribe_url: 'http://s2:pw@host' });
  const rotated = await sluice(['credentials:rotate', '--subscribe', '-a', 'my-app']);
  expect(rotated.stdout).toBe('http://s2:pw@host\n');
  expect(api.requests.at(-1)?.body).toEqual({ use: 'subscribe' });
  api.answer('GET', '/v1/apps/my-app', 200, app);
  api.answer('DELETE', `${TENANT}/credentials/s2`, 200, { user: 's2' });
  await sluice(['credentials:destroy', 's2', '-a', 'my-app', '-c', 'my-app']);
  api.answer('GET', '/v1/apps/my-app', 200, app);
  const after = await sluice(['config', '-a', 'my-app']);
  expect(after.stdout).toContain('http://p1:pw@host');
  expect(after.stdout).not.toContain('SUBSCRIBE');
  expect(unwrapped(after.stderr)).toContain('credentials:rotate --subscribe makes another');
});

test('administration tokens have routes of their own', async () => {
  api.answer('POST', '/v1/tokens', 201, { id: 't1', label: 'ci', scope: 'admin', token: 'slc_adm_once' });
  const { stdout, stderr } = await sluice(['tokens:create', '--admin', '-l', 'ci']);
  expect(stdout).toBe('slc_adm_once\n');
  expect(stderr).toContain('keep it now');
  expect(api.requests[0]?.body).toEqual({ label: 'ci' });
});

test('an update that changes nothing is refused before anything is asked', async () => {
  const { code, stderr } = await sluice(['events:publications:update', 'systemStatus', '-a', 'my-app']);
  expect({ code, stderr: unwrapped(stderr) }).toEqual({
    code: 2,
    stderr: expect.stringMatching(
      /expected at least one of its flags, such as --arn, --basic-password-file, .*, found none/,
    ),
  });
});

test('a list shows what is not active', async () => {
  api.answer('GET', `${TENANT}/publications`, 200, [{ ...webhookPublication, state: 'disabled' }]);
  api.answer('GET', `${TENANT}/subscriptions`, 200, [{ ...subscription, status: { state: 'stopped' } }]);
  expect((await sluice(['events:publications', '-a', 'my-app'])).stdout).toContain('State: disabled, Url:');
  expect((await sluice(['events:subscriptions', '-a', 'my-app'])).stdout).toContain('State: stopped, Topic:');
});

test('a list, a publication by itself and the status show a breaker that is not closed', async () => {
  const breaker = {
    state: 'open',
    since: '2026-11-23T20:00:00.000Z',
    opened_at: '2026-11-23T19:00:00.000Z',
    error: { id: 'http-503', message: 'the receiver answered 503' },
    attempts: 20,
    failures: 19,
    failed_probes: 3,
    next_probe_at: '2026-11-23T20:05:00.000Z',
  };
  const text =
    'open, nothing delivered since 2026-11-23T19:00:00.000Z; 19 of 20 attempts failed; 3 failed probes; next probe 2026-11-23T20:05:00.000Z; the receiver answered 503';
  const down = { ...webhookPublication, breaker };
  api.answer('GET', `${TENANT}/publications`, 200, [
    down,
    { ...webhookPublication, breaker: { state: 'closed', since: '2026-11-23T20:00:00.000Z' } },
  ]);
  const list = (await sluice(['events:publications', '-a', 'my-app'])).stdout;
  expect(unwrapped(list)).toContain('Breaker: open since 2026-11-23T19:00:00.000Z, Url:');
  expect(list.match(/Breaker/g)).toHaveLength(1);
  api.answer('GET', `${TENANT}/publications/systemStatus`, 200, down);
  const info = (await sluice(['events:publications:info', 'systemStatus', '-a', 'my-app'])).stdout;
  expect(unwrapped(info)).toContain(text);
  api.answer('GET', `${TENANT}/status`, 200, {
    ...APP_STATUS,
    publications: [{ id: APP_ID, name: 'crm', state: 'active', breaker }],
  });
  const status = (await sluice(['events:status', '-a', 'my-app'])).stdout;
  expect(status).toContain('=== Publications that get nothing at the moment\n');
  expect(unwrapped(status)).toContain(`crm breaker open ${text}`);
});

test('deliveries are listed with what went wrong last', async () => {
  api.answer('GET', `${TENANT}/deliveries?limit=50`, 200, { deliveries: [waitingDelivery] });
  const { stdout } = await sluice(['events:deliveries', '-a', 'my-app']);
  expect(stdout).toMatch(/Last error +Next attempt +Event/);
  expect(stdout).toMatch(/ 2 +http-500 +2026-11-23T20:02:00.000Z \/data\/AccountChangeEvent/);
});

test('what comes from others is shown, and obeyed by no terminal', async () => {
  const sequence = '\u001b[2J\u009b2J\u202ered';
  api.answer('GET', `${TENANT}/streams`, 422, { id: 'invalid-name', message: `found ${sequence}` });
  const failed = await sluice(['events:streams', '-a', 'my-app']);
  expect(failed.stderr).toContain('\\u{1b}[2J\\u{9b}2J\\u{202e}red');
  api.answer('GET', `${TENANT}/streams`, 502, `<h1>${sequence}</h1>`);
  const elsewhere = await sluice(['events:streams', '-a', 'my-app']);
  expect(elsewhere.stderr).toContain('\\u{1b}[2J');
  api.answer('GET', `${TENANT}/subscriptions`, 200, [{ ...subscription, note: sequence }]);
  const listed = await sluice(['events:subscriptions', '-a', 'my-app', '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ note: sequence }]);
  for (const { stdout, stderr } of [failed, elsewhere, listed]) {
    expect(stdout + stderr).not.toMatch(/(?!\n)\p{C}/u);
  }
});

test('a count that the service stopped at is shown as one', async () => {
  const deliveries = { waiting: 1_000, parked: 999, rejected: 0, exhausted: 0 };
  api.answer('GET', `${TENANT}/status`, 200, { ...APP_STATUS, deliveries });
  const { stdout } = await sluice(['events:status', '-a', 'my-app']);
  expect(stdout).toMatch(/Parked: +999\n/);
  expect(stdout).toMatch(/Waiting: +1000 or more\n/);
});

test('an unknown command names the one that was meant', async () => {
  const { code, stderr } = await sluice(['events:publicatons']);
  expect(code).toBe(2);
  expect(unwrapped(stderr)).toContain(
    'command events:publicatons not found: did you mean events:publications?',
  );
  expect(unwrapped((await sluice(['nonsense'])).stderr)).toContain('sluice --help lists them');
});

test('a fault that the message names already is not said again', async () => {
  const message = 'the body: expected "url" to be a text, found 5';
  const errors = [{ field: 'url', message: 'expected "url" to be a text, found 5' }];
  api.answer('GET', `${TENANT}/publications`, 400, { id: 'invalid-request', message, errors });
  const { stderr } = await sluice(['events:publications', '-a', 'my-app']);
  expect(unwrapped(stderr).match(/found 5/g)).toHaveLength(1);
});

test('a credentials file that others could read is closed to them, aloud', async () => {
  const folder = join(home, '.config', 'sluice', 'credentials');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `127.0.0.1_${new URL(api.url).port}.json`);
  writeFileSync(file, JSON.stringify({ 'my-app': { publishUrl: 'https://u:p@events.example.com' } }));
  chmodSync(file, 0o644);
  api.answer('GET', '/v1/apps/my-app', 200, { id: APP_ID, name: 'my-app' });
  const { stdout, stderr } = await sluice(['config:get', 'HEROKUEVENTS_PUBLISH_URL', '-a', 'my-app']);
  expect(stdout).toBe('https://u:p@events.example.com\n');
  expect(unwrapped(stderr)).toContain('it is for you only now');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('an app that is known by its id is called by its name, where the token may ask for it', async () => {
  api.answer('GET', `/v1/tenants/${APP_ID}/streams`, 200, []);
  api.answer('GET', `/v1/apps/${APP_ID}`, 200, { id: APP_ID, name: 'my-app' });
  expect((await sluice(['events:streams', '-a', APP_ID])).stdout).toBe(
    'No Heroku Events streams for app my-app.\n',
  );
});

test('a server that is another one is said to be that', async () => {
  api.answer('GET', `${TENANT}/streams`, 400, '<h1>Bad Request</h1>');
  const { code, stderr } = await sluice(['events:streams', '-a', 'my-app']);
  expect(code).toBe(1);
  expect(unwrapped(stderr)).toContain(
    `This is not how a Sluice management API answers: check the address ${api.url}`,
  );
});
