import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalHost, startLocalHost } from '../../local/host.ts';
import { LocalState } from '../../local/state.ts';
import { type HerokuSimulator, startHerokuSimulator } from '../../simulators/heroku/index.ts';
import { type Ended, runProcess, unwrapped } from '../cli/run-sluice.ts';
import { HEROKU_ADDON_FILE, simulatedAddon } from '../support/heroku.ts';
import { publisher, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { until } from '../support/salesforce.ts';

// An add-on from its first minute to its last, as in the pilot's manual: the simulated Heroku and the local run communicate over HTTP,
// and the commands are processes that know the person's login and the app's name, but nothing of Sluice.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const state = temporaryState();
/** A CLI whose command is `heroku`, with our commands in it. */
const cli = mkdtempSync(join(tmpdir(), 'sluice-heroku-'));
let host: LocalHost;
let heroku: HerokuSimulator;
let receiver: Receiver;

beforeAll(async () => {
  const localState = new LocalState(state.dir);
  const addonFile = localState.path('addon.json');
  writeFileSync(addonFile, HEROKU_ADDON_FILE, { mode: 0o600 });
  // Each needs the other's address: the simulator gets it before its first request.
  const addon = simulatedAddon('http://127.0.0.1:9');
  [receiver, heroku] = await Promise.all([startReceiver(), startHerokuSimulator({ addon })]);
  host = await startLocalHost({ port: 0, state: localState, heroku: { addonFile, url: heroku.url } });
  Object.assign(addon, simulatedAddon(host.url));

  const { oclif, ...packageJson } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const named = { ...packageJson, oclif: { ...oclif, bin: 'heroku', dirname: 'heroku' } };
  writeFileSync(join(cli, 'package.json'), JSON.stringify(named));
  for (const name of ['cli', 'node_modules']) symlinkSync(join(ROOT, name), join(cli, name));
  writeFileSync(
    join(cli, 'heroku.js'),
    "import { launch } from './cli/launch.ts';\nawait launch(import.meta.dirname, './cli/commands');\n",
  );
  mkdirSync(join(cli, 'home'));
});

afterAll(async () => {
  await host.stop();
  await Promise.all([receiver.close(), heroku.close()]);
  state.remove();
  rmSync(cli, { recursive: true });
});

function run(...args: readonly string[]): Promise<Ended> {
  return runProcess(process.execPath, [join(cli, 'heroku.js'), ...args], {
    cwd: cli,
    env: { HOME: join(cli, 'home'), HEROKU_API_KEY: heroku.login, HEROKU_HOST: heroku.url },
  });
}

async function done(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  if (code !== 0) throw new Error(`heroku ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

describe('an add-on', () => {
  it('is created, used by its commands and its config vars, seen in the log, given new credentials, and destroyed', async () => {
    heroku.createApp('shop');
    const tailed: string[] = [];
    const endTail = heroku.tailLogs('shop', (line) => tailed.push(line));
    const resource = await heroku.createResource({ app: 'shop', options: { verbose: true } });
    expect(resource).toMatchObject({
      state: 'provisioned',
      message: expect.stringContaining('heroku events'),
    });
    expect(heroku.issued).toEqual({ exchanged: 1, refreshed: 0 });
    const first = heroku.configVars('shop');
    expect(Object.keys(first)).toEqual(
      ['API_URL', 'API_TOKEN', 'PUBLISH_URL', 'SUBSCRIBE_URL'].map((name) => `ACME_EVENTS_${name}`),
    );

    expect(await done('events:streams', '-a', 'shop')).toBe('No Heroku Events streams for app shop.\n');
    await done('events:publications:webhook:create', 'orders', '--url', receiver.url, '--json', '-a', 'shop');
    const publish = publisher(first['ACME_EVENTS_PUBLISH_URL'] ?? '');
    expect((await publish('orders', { n: 'first' })).status).toBe(202);
    await receiver.until((received) => received.some(({ body }) => body.includes('first')));
    await until('a line of heroku logs --tail', () => tailed.length > 0);
    expect(tailed).toEqual([
      expect.stringMatching(
        / app\[acme_events\]: at=info code=DELIVERY_ATTEMPTED outcome=delivered publication=orders /,
      ),
    ]);

    expect(await done('events:addon', '-a', 'shop')).toMatch(/Set by sluice: +yes\n/i);
    expect(await done('events:addon:rotate', '-a', 'shop')).toMatch(
      /^Heroku has the new credentials\. The former ones work until /,
    );
    const second = heroku.configVars('shop');
    expect(second['ACME_EVENTS_PUBLISH_URL']).not.toBe(first['ACME_EVENTS_PUBLISH_URL']);
    expect(heroku.releases('shop')).toBe(2);
    for (const [n, vars] of Object.entries({ former: first, present: second })) {
      expect((await publisher(vars['ACME_EVENTS_PUBLISH_URL'] ?? '')('orders', { n })).status).toBe(202);
    }
    await receiver.until((received) => received.some(({ body }) => body.includes('present')));

    expect(await heroku.changePlan(resource.name, 'premium')).toMatchObject({ plan: 'premium' });
    // It is on its way when the add-on ends.
    receiver.answer('unlucky', 500);
    await publisher(second['ACME_EVENTS_PUBLISH_URL'] ?? '')('orders', { n: 'unlucky' });
    await until('the failed attempt in the log', () => tailed.some((line) => line.includes('outcome=retry')));
    await heroku.destroyResource(resource.name);
    endTail();
    expect(tailed.at(-1)).toMatch(
      / app\[acme_events\]: at=info code=HEROKU_RESOURCE_REMOVING waiting=1 available=0 parked=0 msg="the add-on is being removed/,
    );
    expect(tailed.join('\n')).not.toMatch(/first|present|unlucky/);
    expect(heroku.partnerCalls.map(({ method, status }) => [method, status])).toEqual([
      ['POST', 200],
      ['PUT', 200],
      ['DELETE', 204],
    ]);
    expect(heroku.configVars('shop')).toEqual({});
    expect(await host.appName(first['ACME_EVENTS_API_URL']?.split('/').at(-1) ?? '')).toBeUndefined();
    expect([401, 404]).toContain(
      (
        await fetch(`${first['ACME_EVENTS_API_URL']}/streams`, {
          headers: { authorization: `Bearer ${second['ACME_EVENTS_API_TOKEN']}` },
        })
      ).status,
    );
    const { code, stderr } = await run('events:streams', '-a', 'shop');
    expect(code).toBe(1);
    expect(unwrapped(stderr)).toContain('the app shop has no config var that leads to Sluice');
  });

  it('is there several times, and is attached to other apps, by names of its own', async () => {
    for (const app of ['one', 'two']) heroku.createApp(app);
    const first = await heroku.createResource({ app: 'one' });
    await heroku.createResource({ app: 'one', as: 'SECOND' });
    heroku.attach(first.name, 'two', 'borrowed');
    expect(Object.keys(heroku.configVars('one')).filter((name) => name.endsWith('_API_URL'))).toEqual([
      'ACME_EVENTS_API_URL',
      'SECOND_API_URL',
    ]);
    await done('events:publications:webhook:create', 'hook', '--url', receiver.url, '--json', '-a', 'two');
    expect(await done('events:publications', '-a', 'one', '--addon', 'ACME_EVENTS')).toContain('hook');
    expect(await done('events:publications', '-a', 'one', '--addon', first.name)).toContain('hook');
    expect(await done('events:publications', '-a', 'one', '--addon', 'SECOND')).not.toContain('hook');
    const { code, stderr } = await run('events:publications', '-a', 'one');
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(/several attachments: ACME_EVENTS \(.*\), SECOND \(/);
    await done('events:addon:rotate', '-a', 'two');
    expect([heroku.releases('one'), heroku.releases('two')]).toEqual([3, 2]);
    expect(heroku.configVars('two')['BORROWED_API_TOKEN']).toBe(
      heroku.configVars('one')['ACME_EVENTS_API_TOKEN'],
    );
  });

  it('lets a person of Heroku into the console of its app, once', async () => {
    heroku.createApp('signed');
    const resource = await heroku.createResource({ app: 'signed' });
    const { url, fields } = heroku.ssoForm(resource.name);
    const post = () => fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
    const answer = await post();
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console/']);
    const [cookie = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';');
    const session = await fetch(`${host.url}/console/session`, {
      headers: { cookie, 'x-sluice-console': '1' },
    });
    expect(await session.json()).toMatchObject({ app: { name: resource.name }, administration: false });
    expect((await post()).status).toBe(403);
  });
});

describe('a Heroku that fails', () => {
  it('to exchange a grant in time holds up no answer, and the grant comes all the same', async () => {
    heroku.createApp('slow');
    heroku.faults.identityDelayMs = 5_000;
    const begunAtMs = Date.now();
    const resource = await heroku.createResource({ app: 'slow' });
    expect(Date.now() - begunAtMs).toBeLessThan(5_000);
    expect(resource.state).toBe('provisioned');
    heroku.faults.identityDelayMs = 0;
    await until('the grant', async () => (await done('events:addon', '-a', 'slow')).includes('yes'));
  });

  it('by losing the answer of an exchange costs the grant, and nothing else', async () => {
    heroku.createApp('lost');
    heroku.faults.identityAnswersLost = 1;
    await heroku.createResource({ app: 'lost' });
    expect(await done('events:streams', '-a', 'lost')).toContain('No Heroku Events streams');
  });

  it('by asking again gets the same answer', async () => {
    heroku.createApp('again');
    const { uuid } = await heroku.createResource({ app: 'again' });
    const before = heroku.configVars('again');
    await heroku.createResource({ app: 'again', uuid });
    expect(heroku.configVars('again')).toEqual(before);
  });

  it('by an unknown plan is told which there are', async () => {
    heroku.createApp('rich');
    await expect(heroku.createResource({ app: 'rich', plan: 'gold' })).rejects.toThrow(
      'expected a plan of this add-on (test, premium), found "gold"',
    );
    expect(heroku.configVars('rich')).toEqual({});
  });

  it('learns of no secret from the log', () => {
    const log = readFileSync(host.logFile, 'utf8');
    const secrets = ['one', 'two', 'again'].flatMap((app) =>
      Object.entries(heroku.configVars(app)).flatMap(([name, value]) =>
        name.endsWith('_TOKEN')
          ? [value]
          : name.endsWith('SCRIBE_URL') || name.endsWith('PUBLISH_URL')
            ? [new URL(value).password]
            : [],
      ),
    );
    expect(secrets.length).toBeGreaterThan(6);
    for (const secret of secrets) expect(log).not.toContain(secret);
    for (const { body } of heroku.partnerCalls) {
      const grant: unknown = body?.['oauth_grant'];
      if (typeof grant === 'object' && grant !== null && 'code' in grant)
        expect(log).not.toContain(grant.code);
    }
  });
});
