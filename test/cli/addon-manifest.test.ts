import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseHerokuAddon } from '../../src/domain/heroku-resources/heroku-addon.ts';
import { runSluice, unwrapped } from './run-sluice.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-manifest-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const URL_OF_STACK = 'https://abc.execute-api.eu-central-1.amazonaws.com';
const write = (...args: readonly string[]) =>
  runSluice(['addon:manifest', ...(args.includes('--url') ? [] : ['--url', URL_OF_STACK]), ...args], {
    cwd: folder,
    env: { HOME: folder },
  });
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const modeOf = (name: string) => statSync(join(folder, name)).mode & 0o777;

test('the manifest is what Heroku takes, and its secrets are new, and for their owner', async () => {
  const { code, stdout, stderr } = await write('--slug', 'acme-events', '--name', 'Acme Events');
  expect(code).toBe(0);
  const manifest = read('addon-manifest.json');
  const { password, sso_salt: salt } = manifest.api;
  expect(manifest).toEqual({
    id: 'acme-events',
    name: 'Acme Events',
    cli_plugin_name: 'sluice',
    api: {
      config_vars_prefix: 'ACME_EVENTS',
      config_vars: ['API_URL', 'API_TOKEN', 'PUBLISH_URL', 'SUBSCRIBE_URL'].map(
        (name) => `ACME_EVENTS_${name}`,
      ),
      password: expect.stringMatching(/^[\w-]{32}$/),
      sso_salt: expect.stringMatching(/^[\w-]{32}$/),
      regions: ['us', 'eu'],
      requires: ['log_input', 'attachable', 'many_per_app'],
      production: {
        base_url: `${URL_OF_STACK}/heroku/resources`,
        sso_url: `${URL_OF_STACK}/heroku/sso`,
      },
      version: '3',
    },
  });
  expect(salt).not.toBe(password);
  expect(read('heroku-addon.json')).toMatchObject({
    slug: 'acme-events',
    password,
    sso_salt: salt,
    client_secret: '',
  });
  expect([modeOf('addon-manifest.json'), modeOf('heroku-addon.json')]).toEqual([0o600, 0o600]);
  expect(stderr).toContain('keep them out of git');
  for (const secret of [password, salt]) expect(stdout + stderr).not.toContain(secret);
});

test('what it writes for the service is an add-on once the client secret is there, and off before', async () => {
  await write('--slug', 'acme-events', '--prefix', 'HEROKUEVENTS');
  const file = read('heroku-addon.json');
  expect(parseHerokuAddon(JSON.stringify(file))).toEqual({
    fault: 'expected "client_secret" to have at least 16 characters',
  });
  const whole = JSON.stringify({ ...file, client_secret: 'the-secret-of-the-portal' });
  expect(parseHerokuAddon(whole)).toEqual({
    slug: 'acme-events',
    configVarsPrefix: 'HEROKUEVENTS',
    plans: ['test'],
    regions: ['*'],
    password: file.password,
    ssoSalt: file.sso_salt,
    clientSecret: 'the-secret-of-the-portal',
  });
});

test('a manifest is not overwritten without --force, and its secrets stay with it', async () => {
  await write('--slug', 'acme-events');
  const before = read('addon-manifest.json');
  const kept = {
    ...read('heroku-addon.json'),
    client_secret: 'the-secret-of-the-portal',
    plans: ['test', 'gold'],
  };
  writeFileSync(join(folder, 'heroku-addon.json'), JSON.stringify(kept), { mode: 0o644 });
  const refused = await write();
  expect(refused.code).toBe(1);
  expect(unwrapped(refused.stderr)).toContain(
    'expected no file addon-manifest.json yet, found one: --force overwrites it',
  );
  expect((await write('--force', '--region', 'eu')).code).toBe(0);
  const after = read('addon-manifest.json');
  expect(after.api).toEqual({ ...before.api, regions: ['eu'] });
  // The command leaves what somebody wrote into the file.
  expect(read('heroku-addon.json')).toEqual(kept);
  expect(modeOf('heroku-addon.json')).toBe(0o600);
});

test.each([
  [
    ['--slug', 'Acme'],
    /--slug: expected lower-case letters, digits and "-", beginning with a letter, found "Acme"/,
  ],
  [[], /expected the slug of the add-on/],
  [['--slug', 'acme', '--prefix', 'HEROKU_EVENTS'], /--prefix: expected .* not to begin with HEROKU_/],
  [['--slug', 'acme', '--prefix', 'acme'], /--prefix: expected/],
  [
    ['--slug', 'heroku-events'],
    /--prefix: the one of the slug heroku-events will not do: .* found "HEROKU_EVENTS"\. Name another/,
  ],
  [
    ['--slug', 'acme', '--force', '--output', './heroku-addon.json'],
    /--output: expected another file than that of the secrets/,
  ],
  [['--slug', 'acme', '--url', 'http://svc.example'], /--url: expected the https address/],
  [
    ['--slug', 'acme', '--url', 'https://svc.example/v1'],
    /--url: expected the https address of the service without a path/,
  ],
  [
    ['--slug', 'acme', '--region', 'us', '--region', 'atlantis'],
    /--region: expected one of us, eu, dublin, .*, virginia, \*, found "atlantis"/,
  ],
  [['--slug', 'acme', '--region', 'EU'], /--region: expected one of us, eu, .* found "EU"/],
  [['--slug', 'acme', '--output', 'none/addon.json'], /cannot write none\/addon.json/],
])('%j is refused with a sentence, and no manifest is made', async (args, message) => {
  const { code, stderr } = await write(...args);
  expect(code).not.toBe(0);
  expect(unwrapped(stderr)).toMatch(message);
  expect(existsSync(join(folder, 'addon-manifest.json'))).toBe(false);
});

test.each(['not JSON', '{"slug":"acme-events","password":"short","sso_salt":"short"}'])(
  'a file of secrets that is none is left as it is (%#)',
  async (text) => {
    writeFileSync(join(folder, 'heroku-addon.json'), text);
    const { code, stderr } = await write('--slug', 'acme-events');
    expect(code).toBe(1);
    expect(unwrapped(stderr)).toContain(
      '--secrets: expected heroku-addon.json to be a JSON object with slug',
    );
    expect(stderr).not.toContain('short');
    expect(readFileSync(join(folder, 'heroku-addon.json'), 'utf8')).toBe(text);
  },
);

test('the regions are those of the common runtime, of private spaces, or all', async () => {
  expect((await write('--slug', 'acme', '--region', 'eu', '--region', 'frankfurt')).code).toBe(0);
  expect(read('addon-manifest.json').api.regions).toEqual(['eu', 'frankfurt']);
  expect((await write('--force', '--region', '*')).code).toBe(0);
  expect(read('addon-manifest.json').api.regions).toEqual(['*']);
});

test('the secrets of another add-on are not taken for this one', async () => {
  await write('--slug', 'acme-events');
  const { code, stderr } = await write('--slug', 'other-events', '--force');
  expect(code).toBe(2);
  expect(unwrapped(stderr)).toContain(
    '--slug: expected acme-events, whose secrets heroku-addon.json holds, found other-events',
  );
});
