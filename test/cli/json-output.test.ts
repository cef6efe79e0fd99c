import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSluice } from '../../cli/launch.ts';
import { describeCommands } from '../../cli/lib/describe-commands.ts';
import { JSON_OUTPUTS, jsonOutputFaults } from './json-output.ts';
import { ManagementApiDouble } from './management-api-double.ts';
import {
  APP_STATUS,
  activeAuthorization,
  app,
  awsPublication,
  credential,
  deadAuthorization,
  deadLetter,
  deliveryWithEvent,
  dropCount,
  erasable,
  erasure,
  herokuAddon,
  historyEntry,
  keptEvent,
  listener,
  logLine,
  pendingAuthorization,
  pullPublication,
  quarantined,
  redrive,
  searched,
  stream,
  subscription,
  token,
  topicSchema,
  trace,
  waitingDelivery,
  webhookPublication,
  webhookSubscription,
} from './recorded.ts';
import { runSluice } from './run-sluice.ts';

const TENANT = '/v1/tenants/my-app';
const SINCE = '2026-11-29T12:00:00.000Z';
const home = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
const api = new ManagementApiDouble();
beforeAll(() => api.start());
afterAll(() => api.stop());

/** Command line, the route that it requests, and the answer. The last words of a command line are its arguments. */
const OUTPUTS: [id: string, args: string[], route: string, answer: unknown][] = [
  ['apps', [], '/v1/apps', [app]],
  ['apps:info', ['my-app'], '/v1/apps/my-app', app],
  ['config', [], '/v1/apps/my-app', app],
  ['credentials', [], `${TENANT}/credentials`, [credential]],
  ['tokens', [], `${TENANT}/tokens`, [token]],
  ['events:addon', [], `${TENANT}/heroku`, herokuAddon],
  ['events:authorizations', [], `${TENANT}/authorizations`, [activeAuthorization, pendingAuthorization]],
  ['events:authorizations:info', ['my-org'], `${TENANT}/authorizations/my-org`, deadAuthorization],
  ['events:dead-letters', [], '/v1/dead-letters?limit=50', { dead_letters: [deadLetter], complete: true }],
  ['events:dead-letters:info', ['one'], '/v1/dead-letters/one', { ...deadLetter, body: 'hello' }],
  ['events:deliveries', [], `${TENANT}/deliveries?limit=50`, { deliveries: [waitingDelivery] }],
  ['events:deliveries:info', ['one'], `${TENANT}/deliveries/one`, deliveryWithEvent],
  [
    'events:filters:test',
    ['-f', 'root = this.missing.number().abs()', '--last', '2', '--subscription', 'accountChange'],
    `${TENANT}/subscriptions/accountChange/kept-events?limit=2`,
    { events: [keptEvent] },
  ],
  [
    'events:history',
    ['--since', SINCE],
    `${TENANT}/history?from=${encodeURIComponent(SINCE)}&limit=100`,
    { entries: [historyEntry], searched },
  ],
  [
    'events:logs',
    ['--since', SINCE],
    `${TENANT}/logs?from=${encodeURIComponent(SINCE)}&limit=1000`,
    { lines: [logLine], until: SINCE },
  ],
  [
    'events:streams:drops',
    ['--since', SINCE],
    `${TENANT}/history/drops?from=${encodeURIComponent(SINCE)}&limit=1000`,
    { drops: [dropCount], searched },
  ],
  ['events:trace', ['e-1'], `${TENANT}/history/trace?event_id=e-1`, trace],
  ['events:publications', [], `${TENANT}/publications`, [webhookPublication]],
  ['events:publications:info', ['systemStatus'], `${TENANT}/publications/systemStatus`, webhookPublication],
  ['events:quarantine', [], `${TENANT}/quarantine`, [quarantined]],
  [
    'events:quarantine:info',
    ['feed.place'],
    `${TENANT}/quarantine/feed.place`,
    { ...quarantined, payload: 'AAH/' },
  ],
  ['events:listeners', [], `${TENANT}/listeners`, { listeners: [listener] }],
  ['events:redrives', [], `${TENANT}/redrives`, { redrives: [redrive] }],
  ['events:redrives:info', [erasure.id], `${TENANT}/redrives/${erasure.id}`, erasure],
  ['events:status', [], `${TENANT}/status`, APP_STATUS],
  ['events:streams', [], `${TENANT}/streams`, [stream]],
  [
    'events:types',
    ['-t', '/event/Order_Placed__e', '-A', 'my-org'],
    `${TENANT}/authorizations/my-org/schema?topic=%2Fevent%2FOrder_Placed__e`,
    topicSchema,
  ],
  ['events:subscriptions', [], `${TENANT}/subscriptions`, [subscription]],
  ['events:subscriptions:info', ['accountChange'], `${TENANT}/subscriptions/accountChange`, subscription],
];

const consoleLink = {
  url: 'https://events.example.com/console#code=once',
  expires_at: '2026-01-01T00:01:00.000Z',
};
const ORG = ['-A', 'my-org', '-t', '/event/A__e'];
const FLOW = ['--flow', 'client-credentials', '--client-id', 'key', '--client-secret-file', '-'];
const SALESFORCE = `${TENANT}/platforms/salesforce`;
const AWS_TARGETS = [
  ['sqs', 'arn:aws:sqs:eu-central-1:123456789012:orders'],
  ['eventbridge', 'arn:aws:events:eu-central-1:123456789012:event-bus/orders'],
  ['kinesis', 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders'],
  ['s3', 'arn:aws:s3:::acme-lake'],
] as const;

/** Commands that create something, and the answer that describes it. */
const CREATED: [id: string, args: string[], method: string, route: string, answer: unknown][] = [
  [
    'apps:create',
    ['my-app'],
    'POST',
    '/v1/apps',
    {
      ...app,
      publish_url: 'https://u:p@events.example.com',
      subscribe_url: 'https://s:p@events.example.com',
      token: 'slc_app_once',
    },
  ],
  ['console', [], 'POST', '/v1/console/links', consoleLink],
  ['events:console', [], 'POST', '/v1/console/links', consoleLink],
  ['tokens:create', [], 'POST', `${TENANT}/tokens`, { ...token, token: 'slc_app_once' }],
  [
    'events:authorizations:salesforce:create',
    ['my-org', ...FLOW],
    'POST',
    `${SALESFORCE}/authorizations`,
    activeAuthorization,
  ],
  [
    'events:authorizations:salesforce:update',
    ['my-org', ...FLOW],
    'PATCH',
    `${TENANT}/authorizations/my-org`,
    activeAuthorization,
  ],
  [
    'events:subscriptions:salesforce:create',
    ['accountChange', ...ORG],
    'POST',
    `${SALESFORCE}/subscriptions`,
    subscription,
  ],
  [
    'events:subscriptions:sluice:create',
    ['incidents', '--type', 'com.sluice.feed.gap'],
    'POST',
    `${TENANT}/platforms/sluice/subscriptions`,
    { ...subscription, platform: 'sluice', params: { types: ['com.sluice.feed.gap'] } },
  ],
  [
    'events:generate',
    ['ticker', '-i', '1m', '-m', 'root = {}'],
    'POST',
    `${TENANT}/platforms/generate/subscriptions`,
    subscription,
  ],
  ['events:listen', ['ada', '--remove'], 'DELETE', `${TENANT}/listeners/ada`, listener],
  [
    'events:publications:salesforce:create',
    ['orders', ...ORG],
    'POST',
    `${SALESFORCE}/publications`,
    webhookPublication,
  ],
  [
    'events:publications:datacloud:create',
    ['orders', '-c', 'Sales', '--object', 'Orders', '-A', 'my-org'],
    'POST',
    `${TENANT}/platforms/datacloud/publications`,
    webhookPublication,
  ],
  [
    'events:publications:webhook:create',
    ['systemStatus', '-u', 'https://example.com'],
    'POST',
    `${TENANT}/platforms/webhook/publications`,
    { ...webhookPublication, signing_secret: 'whsec_c2VjcmV0' },
  ],
  [
    'events:publications:rotate-secret',
    ['systemStatus'],
    'POST',
    `${TENANT}/publications/systemStatus/secret`,
    { ...webhookPublication, signing_secret: 'whsec_c2VjcmV0' },
  ],
  ...AWS_TARGETS.map(([platform, arn]): [string, string[], string, string, unknown] => [
    `events:publications:${platform}:create`,
    ['lake', '--arn', arn],
    'POST',
    `${TENANT}/platforms/${platform}/publications`,
    awsPublication(platform, arn),
  ]),
  [
    'events:addon:rotate',
    [],
    'POST',
    `${TENANT}/heroku/rotations`,
    { config_vars: herokuAddon.config_vars, former_credentials_until: SINCE },
  ],
  [
    'events:publications:pull:create',
    ['ordersToPull', '-s', 'accountChange'],
    'POST',
    `${TENANT}/platforms/pull/publications`,
    pullPublication,
  ],
  [
    'events:subscriptions:webhook:create',
    ['hooks', '--verify', 'none'],
    'POST',
    `${TENANT}/platforms/webhook/subscriptions`,
    webhookSubscription,
  ],
  [
    'events:subscriptions:rotate-url',
    ['hooks'],
    'POST',
    `${TENANT}/subscriptions/hooks/address`,
    webhookSubscription,
  ],
  [
    'events:subscriptions:rewind',
    ['accountChange', '--latest'],
    'POST',
    `${TENANT}/subscriptions/accountChange/rewind`,
    { ...subscription, start: { kind: 'latest', message: 'The feed starts with what comes from now on' } },
  ],
  ['events:streams:create', ['accountChange', 'systemStatus'], 'POST', `${TENANT}/streams`, stream],
];

test.each(CREATED)('%s --json prints what its schema promises', async (id, args, method, route, answer) => {
  api.answer(method, route, 201, answer);
  const env = { HOME: home, SLUICE_API_URL: api.url, SLUICE_TOKEN: 'x', SLUICE_APP: 'my-app' };
  const { code, stdout, stderr } = await runSluice([id, ...args, '--json'], {
    cwd: home,
    env,
    stdin: 'secret',
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/\.\.\. done\n$/) });
  expect(jsonOutputFaults(id, stdout)).toEqual([]);
});

test('credentials:rotate --json prints what its schema promises', async () => {
  api.answer('GET', '/v1/apps/my-app', 200, app);
  api.answer('POST', `${TENANT}/credentials`, 201, {
    ...credential,
    publish_url: 'https://u:p@events.example.com',
  });
  const env = { HOME: home, SLUICE_API_URL: api.url, SLUICE_TOKEN: 'x', SLUICE_APP: 'my-app' };
  const { stdout } = await runSluice(['credentials:rotate', '--json'], { cwd: home, env });
  expect(jsonOutputFaults('credentials:rotate', stdout)).toEqual([]);
});

test('events:erase --json prints what its schema promises, counted or done', async () => {
  const env = { HOME: home, SLUICE_API_URL: api.url, SLUICE_TOKEN: 'x', SLUICE_APP: 'my-app' };
  const args = ['events:erase', '--record', '003xx000004TmiQAAS', '-c', 'my-app', '--json'];
  api.answer('POST', `${TENANT}/erasures/count`, 200, erasable);
  const counted = await runSluice([...args, '--dry-run'], { cwd: home, env });
  expect(jsonOutputFaults('events:erase', counted.stdout)).toEqual([]);
  api.answer('POST', `${TENANT}/erasures/count`, 200, erasable);
  api.answer('POST', `${TENANT}/erasures`, 201, erasure);
  const { code, stdout } = await runSluice(args, { cwd: home, env });
  expect(code).toBe(0);
  expect(jsonOutputFaults('events:erase', stdout)).toEqual([]);
  expect(JSON.parse(stdout)).toEqual({ found: erasable, erasure });
});

test.each(OUTPUTS)('%s --json prints what its schema promises', async (id, args, route, answer) => {
  api.answer('GET', route, 200, answer);
  const env = { HOME: home, SLUICE_API_URL: api.url, SLUICE_TOKEN: 'x', SLUICE_APP: 'my-app' };
  const { code, stdout, stderr } = await runSluice([id, ...args, '--json'], { cwd: home, env });
  expect({ code, stderr: id === 'config' ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(jsonOutputFaults(id, stdout)).toEqual([]);
});

test('a secret in an output, or a missing field, is a fault', () => {
  const { created_at: _gone, ...incomplete } = webhookPublication;
  const leaking = { ...incomplete, signing_secret: 'whsec_c2VjcmV0' };
  expect(jsonOutputFaults('events:publications:info', JSON.stringify(leaking))).toEqual([
    "/ must have required property 'created_at'",
    '/signing_secret boolean schema is false',
  ]);
});

/** They print the value itself, for another program. */
const PRINTS_A_VALUE = ['addon:manifest', 'completion', 'config:get', 'export'];

test('every command that prints has --json', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const sluice = await loadSluice(root, './cli/commands');
  const printing = [...sluice.plugins.values()]
    .flatMap(({ commands }) => commands)
    .filter(({ id, relativePath, flags }) => {
      const path = relativePath ?? [];
      const file = join(root, ...path);
      return (
        path.length > 0 && flags['json'] === undefined && PRINTS.test(readFileSync(file, 'utf8')) && id !== ''
      );
    })
    .map(({ id }) => id);
  expect(printing.sort()).toEqual(PRINTS_A_VALUE);
});

/** Excludes output to stderr. */
const PRINTS = /\bthis\.log\(|\bux\.stdout\(|process\.stdout\.write\(/;

test('every command that has --json promises a schema, and every schema is shown to hold', async () => {
  const sluice = await loadSluice(fileURLToPath(new URL('../..', import.meta.url)), './cli/commands');
  const withJson = describeCommands(sluice.plugins.values())
    .filter((command) => command.flags.some((flag) => flag.name === 'json'))
    .map((command) => command.id);
  expect(Object.keys(JSON_OUTPUTS).sort()).toEqual(withJson);
  // The doctor requests more than one route: doctor.test.ts shows that its schema holds. So do the tests of
  // credentials:rotate and events:erase above, and setup.test.ts for apply and import.
  const shown = [...OUTPUTS, ...CREATED].map(([id]) => id);
  expect([...shown, 'apply', 'credentials:rotate', 'doctor', 'events:erase', 'import'].sort()).toEqual(
    withJson,
  );
});
