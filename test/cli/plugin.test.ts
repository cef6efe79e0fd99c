import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManagementApiDouble } from './management-api-double.ts';
import { INSTALL_MS_MAX, npmInstall, packCli } from './packed-cli.ts';
import { recordedPublications } from './recorded.ts';
import { type Ended, runProcess } from './run-sluice.ts';

// The plugin as it is packed and installed, in a host CLI whose command is `heroku`: an oclif CLI of our own, since the real one's
// start needs the network. What may be asserted: which commands the host gains, and that they run under its name.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-plugin-'));
const host = join(folder, 'host');
const api = new ManagementApiDouble();

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
}, INSTALL_MS_MAX);
afterAll(() => api.stop());

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

/** The command lines of the pilot's manual, as they stand there; the route each asks, and what it shows. */
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

/** Added where nobody looks, as here: a new webhook has a secret that is shown once. */
const WEBHOOK = 'events:publications:webhook:create';

test.each(MANUAL)('the manual’s %s works by both names', async (line, method, path, body, progress) => {
  const isWebhook = line.startsWith(WEBHOOK);
  for (const name of ['heroku', 'sluice']) {
    api.requests.length = 0;
    // Some answer with a whole object, some with a list of one: no command here looks into it but webhook:create.
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
