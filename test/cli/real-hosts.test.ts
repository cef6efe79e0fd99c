import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HerokuPlatformApi } from './heroku-platform-api.ts';
import { ManagementApiDouble } from './management-api-double.ts';
import { packCli } from './packed-cli.ts';
import { APP_ID } from './recorded.ts';
import { type Ended, runProcess, unwrapped } from './run-sluice.ts';

// The package inside the real Heroku and Salesforce CLIs, which are 400 and 300 MB: only by `npm run plugins:real`. They stay in a
// folder of the system's temporary one for the next time. A CLI that cannot be installed is said to be skipped.

const WANTED = process.env['PLUGINS_REAL'] !== undefined;
const HEROKU = 'heroku@11.10.0';
const SF = '@salesforce/cli@2.150.6';
const MS_MAX = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'sluice-real-'));
const api = new ManagementApiDouble();
const LOGIN = 'HRKU-the-login-of-a-person';
const platform = new HerokuPlatformApi(LOGIN);
let tarball: string;

/** How this computer reaches the network (proxies, certificates), which npm inside a CLI needs as well. */
const NETWORK = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && /proxy|cert|npm_config/i.test(name) ? [[name, value]] : [],
  ),
);
/** A CLI that waits for anybody is stopped. */
const COMMAND_MS_MAX = 90_000;

/** Where the CLI's program is; undefined when it cannot be installed. */
function installedCli(name: string, packageName: string): string | undefined {
  const home = join(tmpdir(), 'sluice-real-clis', packageName.replaceAll(/\W/g, '-'));
  const program = join(home, 'node_modules', '.bin', name);
  if (existsSync(program)) return program;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"private":true}');
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  try {
    execFileSync('npm', ['install', ...options, packageName], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return program;
  } catch (error) {
    // No network, or no room: neither says anything about the plugin.
    console.warn(`SKIPPED: ${packageName} cannot be installed here: ${String(error)}`);
    return undefined;
  }
}

describe.runIf(WANTED)('inside the real CLIs', () => {
  beforeAll(async () => {
    tarball = packCli(folder);
    await api.start();
    await platform.start();
  }, MS_MAX);
  afterAll(() => Promise.all([api.stop(), platform.stop()]));

  test('heroku installs it, and finds Sluice by the config vars of the app', {
    timeout: MS_MAX,
  }, async (context) => {
    const heroku = installedCli('heroku', HEROKU);
    if (heroku === undefined) return context.skip();
    const home = join(folder, 'heroku');
    mkdirSync(home);
    const { port } = new URL(platform.url);
    // As `heroku login` leaves it where there is no key ring.
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
        timeoutMs: COMMAND_MS_MAX,
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

  test('sf installs it, and runs it by names with spaces', { timeout: MS_MAX }, async (context) => {
    const sf = installedCli('sf', SF);
    if (sf === undefined) return context.skip();
    const home = join(folder, 'sf');
    const config = join(home, '.config', 'sf');
    mkdirSync(config, { recursive: true });
    // Or else it asks whether to trust what Salesforce has not signed.
    writeFileSync(join(config, 'unsignedPluginAllowList.json'), JSON.stringify([`file://${tarball}`]));
    const run = (...args: readonly string[]): Promise<Ended> =>
      runProcess(sf, args, {
        cwd: home,
        timeoutMs: COMMAND_MS_MAX,
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
