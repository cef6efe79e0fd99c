import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HerokuPlatformApi } from './heroku-platform-api.ts';
import { ManagementApiDouble } from './management-api-double.ts';
import { packCli } from './packed-cli.ts';
import {
  ARE_REAL_CLIS_WANTED,
  installedCli,
  NETWORK,
  REAL_CLI_MS_MAX,
  REAL_COMMAND_MS_MAX,
  REAL_HEROKU,
  REAL_SF,
} from './real-clis.ts';
import { APP_ID } from './recorded.ts';
import { type Ended, runProcess, unwrapped } from './run-sluice.ts';

// The package inside the real Heroku and Salesforce CLIs. A CLI that cannot be installed is reported as skipped.

const folder = mkdtempSync(join(tmpdir(), 'sluice-real-'));
const api = new ManagementApiDouble();
const LOGIN = 'HRKU-the-login-of-a-person';
const platform = new HerokuPlatformApi(LOGIN);
let tarball: string;

describe.runIf(ARE_REAL_CLIS_WANTED)('inside the real CLIs', () => {
  beforeAll(async () => {
    tarball = packCli(folder);
    await api.start();
    await platform.start();
  }, REAL_CLI_MS_MAX);
  afterAll(() => Promise.all([api.stop(), platform.stop()]));

  test('heroku installs it, and finds Sluice by the config vars of the app', {
    timeout: REAL_CLI_MS_MAX,
  }, async (context) => {
    const heroku = installedCli('heroku', REAL_HEROKU);
    if (heroku === undefined) return context.skip();
    const home = join(folder, 'heroku');
    mkdirSync(home);
    const { port } = new URL(platform.url);
    // As `heroku login` leaves it on a machine without a key ring.
    writeFileSync(
      join(home, '.netrc'),
      `machine 127.0.0.1:${port}\n  login me@example.com\n  password ${LOGIN}\n`,
      {
        mode: 0o600,
      },
    );
    const run = (...args: readonly string[]): Promise<Ended> =>
      runProcess(heroku, args, {
        cwd: home,
        timeoutMs: REAL_COMMAND_MS_MAX,
        env: {
          ...NETWORK,
          HOME: home,
          HEROKU_HOST: platform.url,
          HEROKU_NETRC_WRITE: 'true',
          DISABLE_TELEMETRY: 'true',
        },
      });
    const installed = await run('plugins:install', `file://${tarball}`);
    expect(installed.code, installed.stderr).toBe(0);

    platform.apps.set('my-app', {
      vars: {
        HEROKUEVENTS_API_URL: `${api.url}/v1/tenants/${APP_ID}`,
        HEROKUEVENTS_API_TOKEN: 'slc_app_my',
      },
    });
    api.answer('GET', `/v1/tenants/${APP_ID}/streams`, 200, []);
    const listed = await run('events:streams', '-a', 'my-app');
    expect(listed).toMatchObject({ code: 0, stdout: 'No Heroku Events streams for app my-app.\n' });

    api.answer('GET', `/v1/tenants/${APP_ID}/streams`, 401, {
      id: 'invalid-token',
      message: 'not known here',
    });
    const refused = await run('events:streams', '-a', 'my-app');
    expect(refused.code).toBe(1);
    expect(unwrapped(refused.stderr)).toContain('Check HEROKUEVENTS_API_TOKEN of the app my-app');

    const missing = await run('events:publications:info', '-a', 'my-app');
    expect({ code: missing.code, stdout: missing.stdout }).toEqual({ code: 2, stdout: '' });
    expect(api.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer slc_app_my',
      'Bearer slc_app_my',
    ]);
    for (const { headers } of api.requests) expect(JSON.stringify(headers)).not.toContain(LOGIN);
  });

  test('sf installs it, and runs it by names with spaces', { timeout: REAL_CLI_MS_MAX }, async (context) => {
    const sf = installedCli('sf', REAL_SF);
    if (sf === undefined) return context.skip();
    const home = join(folder, 'sf');
    const config = join(home, '.config', 'sf');
    mkdirSync(config, { recursive: true });
    // Otherwise it asks whether to trust a plugin that Salesforce has not signed.
    writeFileSync(join(config, 'unsignedPluginAllowList.json'), JSON.stringify([`file://${tarball}`]));
    const run = (...args: readonly string[]): Promise<Ended> =>
      runProcess(sf, args, {
        cwd: home,
        timeoutMs: REAL_COMMAND_MS_MAX,
        env: {
          ...NETWORK,
          HOME: home,
          SF_DISABLE_TELEMETRY: 'true',
          SLUICE_API_URL: api.url,
          SLUICE_TOKEN: 'slc_app_my',
        },
      });
    const installed = await run('plugins', 'install', `file://${tarball}`);
    expect(installed.code, installed.stderr).toBe(0);
    api.answer('GET', '/v1/tenants/my-app/streams', 200, []);
    const listed = await run('events', 'streams', '-a', 'my-app');
    expect(listed).toMatchObject({ code: 0, stdout: 'No Heroku Events streams for app my-app.\n' });
    expect((await run('events', 'streams', 'create', '--help')).stdout).toContain(
      '$ sf events streams create SOURCE TARGET',
    );
  });
});
