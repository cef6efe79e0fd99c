import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalHost, startLocalHost } from '../../local/host.ts';
import { LocalState } from '../../local/state.ts';
import { type HerokuSimulator, startHerokuSimulator } from '../../simulators/heroku/index.ts';
import { HEROKU_ADDON_FILE, simulatedAddon } from '../support/heroku.ts';
import { publisher, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { packCli } from './packed-cli.ts';
import {
  ARE_REAL_CLIS_WANTED,
  installedCli,
  NETWORK,
  REAL_CLI_MS_MAX,
  REAL_COMMAND_MS_MAX,
  REAL_HEROKU,
} from './real-clis.ts';
import { runProcess } from './run-sluice.ts';

// The real Heroku CLI with our plugin against the simulated Heroku, whose add-on is a local run: the first steps of docs/heroku.md as a
// person types them. Only Heroku itself is not real.

describe.runIf(ARE_REAL_CLIS_WANTED)('the real Heroku CLI', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-real-addon-'));
  const state = temporaryState();
  let host: LocalHost;
  let heroku: HerokuSimulator;
  let receiver: Receiver;
  let tarball: string;

  beforeAll(async () => {
    tarball = packCli(folder);
    const localState = new LocalState(state.dir);
    const addonFile = localState.path('addon.json');
    writeFileSync(addonFile, HEROKU_ADDON_FILE, { mode: 0o600 });
    const addon = simulatedAddon('http://127.0.0.1:9');
    [receiver, heroku] = await Promise.all([startReceiver(), startHerokuSimulator({ addon })]);
    host = await startLocalHost({ port: 0, state: localState, heroku: { addonFile, url: heroku.url } });
    Object.assign(addon, simulatedAddon(host.url));
  }, REAL_CLI_MS_MAX);
  afterAll(async () => {
    await host.stop();
    await Promise.all([receiver.close(), heroku.close()]);
    state.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('creates the add-on, has its config vars and its commands, and destroys it', {
    timeout: REAL_CLI_MS_MAX,
  }, async (context) => {
    const program = installedCli('heroku', REAL_HEROKU);
    if (program === undefined) return context.skip();
    const home = join(folder, 'home');
    mkdirSync(home);
    // As `heroku login` leaves it on a machine without a key ring.
    writeFileSync(
      join(home, '.netrc'),
      `machine 127.0.0.1:${new URL(heroku.url).port}\n  login me@example.com\n  password ${heroku.login}\n`,
      { mode: 0o600 },
    );
    const run = async (...args: readonly string[]) => {
      const ended = await runProcess(program, args, {
        cwd: home,
        timeoutMs: REAL_COMMAND_MS_MAX,
        env: {
          ...NETWORK,
          HOME: home,
          HEROKU_HOST: heroku.url,
          HEROKU_NETRC_WRITE: 'true',
          DISABLE_TELEMETRY: 'true',
        },
      });
      expect(ended.code, `heroku ${args.join(' ')}: ${ended.stdout}${ended.stderr}`).toBe(0);
      return ended;
    };
    await run('plugins:install', `file://${tarball}`);
    heroku.createApp('my-app');

    const created = await run('addons:create', 'acme-events', '-a', 'my-app', '--', '--verbose');
    expect(created.stdout + created.stderr).toContain('Sluice made an app for this add-on');
    expect(heroku.partnerCalls.map(({ body }) => body?.['options'])).toEqual([{ verbose: true }]);
    const config = await run('config:get', 'ACME_EVENTS_PUBLISH_URL', '-a', 'my-app');

    expect((await run('events:streams', '-a', 'my-app')).stdout).toBe(
      'No Heroku Events streams for app my-app.\n',
    );
    await run('events:publications:webhook:create', 'hook', '--url', receiver.url, '--json', '-a', 'my-app');
    expect((await publisher(config.stdout.trim())('hook', { n: 'by-the-config-var' })).status).toBe(202);
    await receiver.until((received) => received.some(({ body }) => body.includes('by-the-config-var')));

    await run('addons:upgrade', 'acme-events:premium', '-a', 'my-app');
    await run('addons:destroy', 'acme-events', '-a', 'my-app', '--confirm', 'my-app');
    expect(heroku.partnerCalls.map(({ method, status }) => [method, status])).toEqual([
      ['POST', 200],
      ['PUT', 200],
      ['DELETE', 204],
    ]);
    expect(heroku.configVars('my-app')).toEqual({});
  });
});
