import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type HttpFront, startHttpFront } from '../../local/http-front.ts';
import { ApiUnderTest } from '../support/api-under-test.ts';
import { jsonOutputFaults } from './json-output.ts';
import { type Ended, runSluice, unwrapped } from './run-sluice.ts';

// export, apply and import against the production management API over HTTP; its stores are in memory, Salesforce is simulated.

const home = mkdtempSync(join(tmpdir(), 'sluice-setup-'));
const file = (name: string) => join(home, name);
let api: ApiUnderTest;
let front: HttpFront;
const SECRETS = {
  MY_ORG_CLIENT_SECRET: 'S3CRET-client',
  CRM_TOKEN: 'S3CRET-token',
  AUDIT_HEADERS: 'X-Key: S3CRET-header',
};

beforeAll(async () => {
  front = await startHttpFront({
    port: 0,
    api: (...args) => api.handler(...args),
    ingest: (...args) => api.handler(...args),
    onFault: (name, message) => {
      throw new Error(`${name}: ${message}`);
    },
  });
});
afterAll(async () => {
  await front.close();
  rmSync(home, { recursive: true });
});
beforeEach(async () => {
  api = new ApiUnderTest();
  rmSync(file('secrets'), { recursive: true, force: true });
  for (const name of ['shop', 'copy']) await api.call('POST', '/v1/apps', { body: { name } });
});

const environment = (app: string, variables: Record<string, string>) => ({
  HOME: home,
  SLUICE_API_URL: `http://127.0.0.1:${front.port}`,
  SLUICE_TOKEN: api.adminToken,
  SLUICE_APP: app,
  ...variables,
});

function sluice(app: string, line: string, variables: Record<string, string> = SECRETS): Promise<Ended> {
  return runSluice(line.split(' '), { cwd: home, env: environment(app, variables) });
}

async function done(app: string, line: string, variables?: Record<string, string>): Promise<Ended> {
  const ended = await sluice(app, line, variables);
  expect(ended, unwrapped(ended.stderr)).toMatchObject({ code: 0 });
  return ended;
}

async function failed(app: string, line: string, variables?: Record<string, string>): Promise<string> {
  const ended = await sluice(app, line, variables);
  expect(ended.code).toBe(1);
  return unwrapped(ended.stderr);
}

interface Shown {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}
const list = async (app: string, what: string) => (await api.call('GET', `/v1/tenants/${app}/${what}`)).body;

const SETUP = `sluice: 1

authorizations:
  my-org:
    flow: client-credentials
    login_url: https://acme.my.salesforce.com
    client_id: 3MVG9
    client_secret: { env: MY_ORG_CLIENT_SECRET }
    pubsub_endpoint: api.pubsub.salesforce.com:443

subscriptions:
  clock:
    platform: generate
    interval: TZ=Europe/Berlin 0 8 * * MON-FRI
    mapping: |-
      root.at = now()
      root.kind = "tick"
  opportunities:
    platform: salesforce
    topic: /data/OpportunityChangeEvent
    alias: my-org
    replay: earliest
    repair: true
    paused: true

publications:
  audit:
    platform: webhook
    url: https://example.com/audit
    headers: { env: AUDIT_HEADERS }
    content_mode: batch
    batch_size: 10
  crm:
    platform: webhook
    url: https://example.com/hook
    token: { env: CRM_TOKEN }
    retry:
      - 5s
      - 60s
    paused: true
  orders:
    platform: salesforce
    topic: /event/Order_Placed__e
    alias: my-org
    via: rest

streams:
  - source: clock
    target: orders
  - source: opportunities
    target: crm
    filter: "root = if this.Amount > 5 { this } else { deleted() } # 5: \\"a\\""
`;
const writeSetup = (text = SETUP, name = 'setup.yaml') => writeFileSync(file(name), text);
const changed = (from: string, to: string) => {
  expect(SETUP).toContain(from);
  return SETUP.replace(from, to);
};
const withoutComment = (text: string) => text.replace(/^(#.*\n)+\n?/, '');
const apply = 'apply setup.yaml --secret-folder secrets';

describe('apply, then export', () => {
  test('gives the file again, byte for byte, and another app from it the same', async () => {
    writeSetup();
    const made = await done('shop', apply);
    expect(made.stdout).toContain('Plan: 8 to create.');
    const exported = await done('shop', 'export');
    expect(withoutComment(exported.stdout)).toBe(
      SETUP.replace(/filter: .*/, `filter: 'root = if this.Amount > 5 { this } else { deleted() } # 5: "a"'`),
    );
    await done('shop', 'export -o exported.yaml');
    expect(readFileSync(file('exported.yaml'), 'utf8')).toBe(exported.stdout);
    await done('copy', 'apply exported.yaml --secret-folder secrets-of-copy');
    expect((await done('copy', 'export')).stdout).toBe(exported.stdout);
  });

  test('keeps the line breaks at the end of a mapping', async () => {
    writeSetup(
      'sluice: 1\nsubscriptions:\n  a:\n    platform: generate\n    interval: 1m\n    mapping: "root = 1\\n\\n\\n"\n',
    );
    await done('shop', 'apply setup.yaml');
    writeSetup((await done('shop', 'export')).stdout);
    expect((await done('shop', 'apply setup.yaml')).stdout).toBe('Plan: 1 unchanged.\n');
    await done('shop', 'export -o setup.yaml');
    expect((await done('shop', 'apply setup.yaml')).stdout).toBe('Plan: 1 unchanged.\n');
  });

  test('a second run finds nothing to do, and asks for no secret', async () => {
    writeSetup();
    await done('shop', apply);
    const changes = api.logged.length;
    const again = await done('shop', apply, {});
    expect(again.stdout).toBe('Plan: 8 unchanged.\n');
    expect(unwrapped(again.stderr)).toContain('Nothing to do: the app is as the file says.');
    expect(api.logged.length).toBe(changes);
  });

  test('secrets are read from where the file says, and never shown', async () => {
    writeSetup();
    const made = await done('shop', `${apply} --json`);
    expect(jsonOutputFaults('apply', made.stdout)).toEqual([]);
    const said = [
      made,
      await done('shop', 'export'),
      await sluice('shop', `${apply} --dry-run --renew-secrets`),
    ];
    expect(JSON.stringify(said)).not.toContain('S3CRET');
    expect(JSON.stringify(api.login.posts)).toContain('S3CRET-client');
    expect(
      (await list('shop', 'publications')).map(
        ({ params }: Shown) => params['authentication'] ?? params['header_names'],
      ),
    ).toEqual([['X-Key'], 'bearer', undefined]);
  });

  test('a signing secret that is made goes into its file, which only its owner can read', async () => {
    writeSetup();
    await done('shop', apply);
    const secret = readFileSync(file('secrets/crm.signing_secret'), 'utf8');
    expect(secret).toMatch(/^whsec_\S+\n$/);
    expect(statSync(file('secrets/crm.signing_secret')).mode & 0o777).toBe(0o600);
    expect(existsSync(file('secrets/orders.signing_secret'))).toBe(false);
    // If the file exists, the receiver keeps its secret.
    await done('copy', apply);
    expect(readFileSync(file('secrets/crm.signing_secret'), 'utf8')).toBe(secret);
  });

  test('without a place for it nothing is made, and --json has it', async () => {
    writeSetup();
    const ended = await sluice('shop', 'apply setup.yaml');
    expect(ended.code).toBe(2);
    expect(unwrapped(ended.stderr)).toContain('the signing secret is shown once, and nobody would see it');
    expect(await list('shop', 'authorizations')).toEqual([]);
    const { stdout } = await done('shop', 'apply setup.yaml --json');
    const crm = JSON.parse(stdout).steps.find((step: Shown) => step.name === 'crm');
    expect(crm).toMatchObject({
      action: 'create',
      done: true,
      signing_secret: expect.stringMatching(/^whsec_/),
    });
  });

  test('the secret that was lost with an earlier run is told', async () => {
    writeSetup();
    await done('shop', apply);
    writeFileSync(file('secrets/crm.signing_secret'), '');
    const { stderr } = await done('shop', apply);
    expect(unwrapped(stderr)).toContain(
      'crm.signing_secret is empty: an earlier run ended before the secret of the publication crm was written',
    );
  });
});

describe('a plan', () => {
  test('of a dry run is shown, and nothing is changed', async () => {
    writeSetup();
    const { stdout, stderr } = await done('shop', 'apply setup.yaml --dry-run', {});
    expect(stdout).toMatch(
      /^\+ authorization my-org\n\+ publication audit\n[\s\S]*\+ stream clock → orders\n/,
    );
    expect(unwrapped(stderr)).toContain(
      'Warning: "token" of publication crm: expected the secret in the environment variable CRM_TOKEN, found no such variable.',
    );
    expect(await list('shop', 'publications')).toEqual([]);
    const json = await done('shop', 'apply setup.yaml --dry-run --json');
    expect(jsonOutputFaults('apply', json.stdout)).toEqual([]);
  });

  test('a secret that is missing is told before anything is changed', async () => {
    writeSetup(changed('{ env: CRM_TOKEN }', '{ file: gone/token }'));
    const said = await failed('shop', apply, { MY_ORG_CLIENT_SECRET: '', AUDIT_HEADERS: 'X-A: b' });
    expect(said).toContain(
      '"client_secret" of authorization my-org: expected the secret in the environment variable MY_ORG_CLIENT_SECRET, found it empty',
    );
    expect(said.replaceAll(' ', '')).toContain(
      `"token" of publication crm: expected the secret in the file ${file('gone/token')}, found no such file`.replaceAll(
        ' ',
        '',
      ),
    );
    expect(await list('shop', 'authorizations')).toEqual([]);
  });

  test('changes what differs, and takes away what the file does not have', async () => {
    writeSetup();
    await done('shop', apply);
    writeSetup(
      changed('    token: { env: CRM_TOKEN }\n', '')
        .replace('https://example.com/hook', 'https://example.com/other')
        .replace(/ {4}retry:\n( {6}- .*\n)+/, '')
        .replace('interval: TZ=Europe/Berlin 0 8', 'interval: TZ=Europe/Berlin 0 9')
        .replace('    repair: true\n', '')
        .replace(/\n {4}filter: .*/, ''),
    );
    const { stdout } = await done('shop', apply);
    expect(stdout).toContain(
      '~ publication crm\n    url: https://example.com/hook → https://example.com/other\n    token: set → none\n    retry: ["5s","60s"] → none\n',
    );
    expect(stdout).toContain('~ stream opportunities → crm\n    filter: root = if');
    expect(stdout).toContain('Plan: 4 to change, 4 unchanged.');
    expect((await list('shop', 'publications'))[1].params).toEqual({
      url: 'https://example.com/other',
      content_mode: 'structured',
      timeout_seconds: 15,
    });
    expect((await done('shop', apply)).stdout).toBe('Plan: 8 unchanged.\n');
  });

  test('changes the content mode, and lets the limits of a batch go with it', async () => {
    writeSetup();
    await done('shop', apply);
    writeSetup(changed('    content_mode: batch\n    batch_size: 10\n', '    timeout_seconds: 20\n'));
    expect((await done('shop', apply)).stdout).toContain('content_mode: batch → structured\n');
    const [{ params }] = await list('shop', 'publications');
    expect(params).toMatchObject({ content_mode: 'structured', timeout_seconds: 20 });
    expect(params).not.toHaveProperty('batch_size');
    expect((await done('shop', apply)).stdout).toBe('Plan: 8 unchanged.\n');
    writeSetup();
    await done('shop', apply);
    expect((await list('shop', 'publications'))[0].params).toMatchObject({
      content_mode: 'batch',
      batch_size: 10,
      timeout_seconds: 15,
    });
    expect((await done('shop', apply)).stdout).toBe('Plan: 8 unchanged.\n');
  });

  test('takes one kind of credentials for another', async () => {
    writeSetup();
    await done('shop', apply);
    writeSetup(
      changed('token: { env: CRM_TOKEN }', 'basic_user: sluice\n    basic_password: { env: CRM_TOKEN }'),
    );
    await done('shop', apply);
    expect((await list('shop', 'publications'))[1].params).toMatchObject({
      authentication: 'basic',
      basic_user: 'sluice',
    });
    expect((await done('shop', apply)).stdout).toBe('Plan: 8 unchanged.\n');
    writeSetup();
    await done('shop', apply);
    expect((await list('shop', 'publications'))[1].params).toMatchObject({ authentication: 'bearer' });
  });

  test('sees that the service shows a value in other words', async () => {
    writeSetup(
      changed('      - 60s', '      - 1m').replace('https://example.com/audit', 'https://EXAMPLE.com'),
    );
    await done('shop', apply);
    expect((await done('shop', apply)).stdout).toBe('Plan: 8 unchanged.\n');
  });

  test('leaves paused what somebody paused, unless the file says', async () => {
    writeSetup(changed('    paused: true\n\npublications', '\npublications'));
    await done('shop', apply);
    await api.call('PATCH', '/v1/tenants/shop/subscriptions/opportunities', { body: { paused: true } });
    expect((await done('shop', apply)).stdout).toBe('Plan: 8 unchanged.\n');
    writeSetup(changed('repair: true\n    paused: true', 'repair: true\n    paused: false'));
    expect((await done('shop', apply)).stdout).toContain('paused: true → false');
  });

  test('with what cannot be changed is not begun', async () => {
    writeSetup();
    await done('shop', apply);
    writeSetup(
      changed('/event/Order_Placed__e', '/event/Other__e').replace(
        'https://example.com/hook',
        'https://example.com/other',
      ),
    );
    const ended = await sluice('shop', apply);
    expect(ended.stdout).toContain(
      '! publication orders\n    "topic" is "/event/Order_Placed__e", and the file says "/event/Other__e"\n',
    );
    expect(unwrapped(ended.stderr)).toContain(
      "publication orders: the file has settings that can't be changed",
    );
    expect((await list('shop', 'publications'))[1].params.url).toBe('https://example.com/hook');
    writeSetup(
      changed(
        'platform: generate\n    interval: TZ=Europe/Berlin 0 8 * * MON-FRI',
        'platform: salesforce\n    topic: /event/A__e\n    alias: my-org',
      ).replace(/ {4}mapping: [\s\S]*?(?= {2}opp)/, ''),
    );
    expect((await sluice('shop', apply)).stdout).toContain(
      'its platform is generate, and the file says salesforce',
    );
  });

  test('with a name that is nowhere is told with its line', async () => {
    writeSetup(
      changed('    target: orders', '    target: order').replace(
        'alias: my-org\n    via',
        'alias: your-org\n    via',
      ),
    );
    const said = await failed('shop', apply);
    expect(said).toMatch(
      /setup\.yaml:\d+: stream clock → order: expected publication order to be in the file or in the app, found no such publication/,
    );
    expect(said).toMatch(
      /setup\.yaml:\d+: publication orders: expected authorization your-org to be in the file or in the app/,
    );
    expect(await list('shop', 'authorizations')).toEqual([]);
  });

  test('that needs a secret again says how to give it', async () => {
    writeSetup();
    await done('shop', apply);
    // Half of another kind of credentials, which the service refuses.
    writeSetup(changed('token: { env: CRM_TOKEN }', 'oauth_client_secret: { env: CRM_TOKEN }'));
    const said = await failed('shop', apply);
    expect(said).toContain('publication crm: ');
    expect(said).toContain('--renew-secrets gives the secrets of the file again.');
  });

  test('renews secrets where it is asked to', async () => {
    writeSetup();
    await done('shop', apply);
    const { stdout } = await done('shop', `${apply} --renew-secrets`);
    expect(stdout).toContain('~ publication crm\n    token: from the variable CRM_TOKEN\n');
    expect(stdout).toContain('Plan: 3 to change, 5 unchanged.');
  });
});

describe('what is not in the file', () => {
  test('stays, and is told', async () => {
    writeSetup();
    await done('shop', apply);
    writeSetup(changed(/ {2}audit:[\s\S]*?(?= {2}crm:)/.exec(SETUP)?.[0] ?? '', ''));
    expect((await done('shop', apply)).stdout).toBe(
      'Plan: 7 unchanged.\nNot in the file, and left as they are: publication audit.\n',
    );
  });

  test('is deleted by --prune, when the app was named', async () => {
    writeSetup();
    await done('shop', apply);
    writeSetup('sluice: 1\n', 'empty.yaml');
    expect(await failed('shop', 'apply empty.yaml --prune -c other')).toContain(
      'Confirmation other did not match shop. Aborted.',
    );
    const unconfirmed = await failed('shop', 'apply empty.yaml --prune');
    expect(unconfirmed).toContain('publication audit, authorization my-org will be deleted');
    expect(await list('shop', 'publications')).toHaveLength(3);
    const { stdout } = await done('shop', 'apply empty.yaml --prune -c shop');
    expect(stdout).toContain('Plan: 6 to delete.');
    for (const what of ['authorizations', 'subscriptions', 'publications', 'streams']) {
      expect(await list('shop', what)).toEqual([]);
    }
  });
});

describe('a change by somebody else between the plan and its end', () => {
  /** Runs the command until it asks, makes the other person's change, and then answers. */
  function meanwhile(line: string, change: () => Promise<unknown>): Promise<Ended> {
    const run = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
    const child = spawn(process.execPath, [run, ...line.split(' ')], {
      cwd: home,
      env: { PATH: process.env['PATH'], NO_COLOR: '1', ...environment('shop', SECRETS) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let asked = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (asked || !stderr.includes('To proceed, type shop')) return;
      asked = true;
      void change().then(() => child.stdin.end('shop\n'));
    });
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  }
  const patch = (what: string, body: object) => api.call('PATCH', `/v1/tenants/shop/${what}`, { body });

  test('is not overwritten: that step is refused, and none after it is tried', async () => {
    writeSetup();
    await done('shop', apply);
    writeSetup(
      changed('https://example.com/hook', 'https://example.com/mine')
        .replace(/ {2}clock:[\s\S]*?(?= {2}opp)/, '')
        .replace('  - source: clock\n    target: orders\n', ''),
    );
    const ended = await meanwhile(`${apply} --prune`, () =>
      patch('publications/crm', { url: 'https://example.com/theirs' }),
    );
    expect(ended.code).toBe(1);
    expect(unwrapped(ended.stderr)).toContain(
      'publication crm: somebody else has changed it since the plan was made, so nothing of it was changed Stopped there: 0 of 2 steps were done',
    );
    expect((await list('shop', 'publications'))[1].params.url).toBe('https://example.com/theirs');
    expect(await list('shop', 'subscriptions')).toHaveLength(2);
    // The next plan shows it.
    expect((await done('shop', `${apply} --prune -c shop`)).stdout).toContain(
      'url: https://example.com/theirs → https://example.com/mine',
    );
    expect(await list('shop', 'subscriptions')).toHaveLength(1);
  });

  test('a stream that somebody linked to what is to be deleted keeps it', async () => {
    writeSetup();
    await done('shop', apply);
    writeSetup(changed(/ {2}audit:[\s\S]*?(?= {2}crm:)/.exec(SETUP)?.[0] ?? '', ''));
    const ended = await meanwhile(`${apply} --prune`, () =>
      api.call('POST', '/v1/tenants/shop/streams', { body: { source: 'clock', target: 'audit' } }),
    );
    expect(unwrapped(ended.stderr)).toContain('publication audit: somebody else has changed it');
    expect(await list('shop', 'publications')).toHaveLength(3);
  });

  test('our own steps do not count as one', async () => {
    writeSetup();
    await done('shop', apply);
    // A publication's change also shows in its subscription, and both show the stream.
    writeSetup(
      changed('https://example.com/hook', 'https://example.com/mine')
        .replace('repair: true', 'repair: false')
        .replace('Amount > 5', 'Amount > 6')
        .replace('  - source: clock\n    target: orders\n', '  - source: clock\n    target: crm\n'),
    );
    const { stdout } = await done('shop', `${apply} --prune -c shop`);
    expect(stdout).toContain('Plan: 1 to create, 3 to change, 1 to delete, 4 unchanged.');
    expect((await done('shop', `${apply} --prune`)).stdout).toBe('Plan: 8 unchanged.\n');
  });
});

test('what the service refuses stops it, and the next run goes on from there', async () => {
  writeSetup(changed('mapping: |-\n      root.at = now()\n      root.kind = "tick"', 'mapping: root ='));
  const said = await failed('shop', apply);
  expect(said).toMatch(
    /subscription clock: .*Stopped there: 4 of 8 steps were done, and none after it was tried/,
  );
  expect(await list('shop', 'publications')).toHaveLength(3);
  expect(await list('shop', 'subscriptions')).toEqual([]);
  writeSetup();
  expect((await done('shop', apply)).stdout).toContain('Plan: 4 to create, 4 unchanged.');
  expect((await done('shop', apply)).stdout).toBe('Plan: 8 unchanged.\n');
});

describe('an org that a person has to log in to', () => {
  const web = () => changed('flow: client-credentials', 'flow: web');

  test('what needs it waits, all else is done, and the address is told', async () => {
    writeSetup(web());
    const ended = await sluice('shop', apply);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('… publication orders (waits for a login to my-org)\n');
    expect(ended.stdout).toContain('… stream clock → orders (waits for a login to my-org)\n');
    expect(unwrapped(ended.stderr)).toMatch(
      /To log in to my-org: https:\/\/acme\.my\.salesforce\.com\/services\/oauth2\/authorize\?/,
    );
    expect(unwrapped(ended.stderr)).toContain(
      'Then apply the file again: publication orders, subscription opportunities, stream clock → orders, stream opportunities → crm wait for it. All else was done.',
    );
    expect((await list('shop', 'publications')).map(({ name }: Shown) => name)).toEqual(['audit', 'crm']);
    const [before] = await list('shop', 'authorizations');
    // A login URL that somebody may have open remains valid.
    await failed('shop', apply);
    expect(await list('shop', 'authorizations')).toEqual([before]);

    const state = new URL(before.extra.redirect_uri).searchParams.get('state') ?? '';
    await api.call('GET', `/v1/oauth/callback?code=c&state=${encodeURIComponent(state)}`, { token: null });
    expect((await done('shop', apply)).stdout).toContain('Plan: 4 to create, 4 unchanged.');
    expect((await done('shop', apply)).stdout).toBe('Plan: 8 unchanged.\n');
  });

  test('a dead one is begun again', async () => {
    writeSetup();
    await done('shop', apply);
    const [authorization] = await api.stores.authorizations.list(
      (await api.call('GET', '/v1/apps/shop')).body.id,
    );
    if (authorization === undefined) throw new Error('expected an authorization');
    await api.stores.authorizations.update({
      ...authorization,
      status: 'dead',
      reason: { id: 'x', message: 'The app was blocked', atMs: 0 },
    });
    const { stdout } = await done('shop', apply);
    expect(stdout).toContain('+ authorization my-org (again: The app was blocked)\n');
    expect(await list('shop', 'authorizations')).toMatchObject([{ status: 'active', id: authorization.id }]);
  });
});

describe('import of what the pilot printed', () => {
  const account = {
    name: 'accountChange',
    platform: 'salesforce',
    params: { event: '/data/OpportunityChangeEvent', org_name: 'my-org' },
  };
  const hook = { name: 'accountCreated', platform: 'webhook', params: { url: 'https://example.com/hook' } };
  const filter = 'root = if ChangeEventHeader.changeType == "CREATE" { this } else { deleted() }';
  const ticker = {
    name: 'ticker',
    platform: 'generate',
    params: { interval: '1m', mapping: 'root.at = timestamp_unix()' },
  };
  const lost = { name: 'lost', platform: 'carrier-pigeon', params: {} };
  const line = 'import subscriptions.json publications.json --secret-folder secrets';

  beforeEach(() => {
    writeFileSync(
      file('subscriptions.json'),
      JSON.stringify([
        { ...account, targets: [{ ...hook, filter }] },
        { ...ticker, targets: [{ ...hook, filter: null }] },
      ]),
    );
    writeFileSync(
      file('publications.json'),
      JSON.stringify([
        {
          ...hook,
          sources: [
            { ...account, filter },
            { ...ticker, filter: null },
          ],
        },
        { ...lost, sources: [] },
      ]),
    );
  });

  test('is a plan first, with what cannot be taken over', async () => {
    const { stdout, stderr } = await done('shop', `${line} --dry-run`);
    expect(stdout).toContain('+ stream ticker → accountCreated\n');
    expect(stdout).toContain('… subscription accountChange (waits for a login to my-org)\n');
    expect(unwrapped(stderr)).toContain(
      'Left out: the publication lost: Sluice has no platform carrier-pigeon for it.',
    );
    expect(unwrapped(stderr)).toContain('authorization my-org: To be logged in to again');
    expect(await list('shop', 'publications')).toEqual([]);
    expect(jsonOutputFaults('import', (await done('shop', `${line} --dry-run --json`)).stdout)).toEqual([]);
  });

  test('waits for the login, goes on after it, and is safe to repeat', async () => {
    // An installation without its own External Client App needs to be given one.
    const told = await failed('shop', line);
    expect(told).toContain('authorization my-org: client_id: expected the consumer key');
    await done('shop', 'import subscriptions.json publications.json -o setup.yaml');
    const written = readFileSync(file('setup.yaml'), 'utf8');
    expect(written).toContain('    format: avro-json\n');
    writeFileSync(file('setup.yaml'), written.replace('flow: web', 'flow: web\n    client_id: 3MVG9'));
    expect(await failed('shop', apply)).toContain('subscription accountChange, stream accountChange');
    const [{ extra }] = await list('shop', 'authorizations');
    const state = new URL(extra.redirect_uri).searchParams.get('state') ?? '';
    await api.call('GET', `/v1/oauth/callback?code=c&state=${encodeURIComponent(state)}`, { token: null });
    await done('shop', line);
    expect((await done('shop', line)).stdout).toBe('Plan: 6 unchanged.\n');
    expect(await list('shop', 'streams')).toMatchObject([
      { source: { name: 'accountChange' }, target: { name: 'accountCreated' }, filter },
      { source: { name: 'ticker' }, filter: null },
    ]);
    expect(await list('shop', 'subscriptions')).toMatchObject([{ params: { format: 'avro-json' } }, {}]);
  });

  test('says what is wrong with its files', async () => {
    expect(await failed('shop', 'import nowhere.json')).toContain('cannot read nowhere.json');
    writeFileSync(file('table.json'), 'Name  Platform\n');
    expect(await failed('shop', 'import table.json')).toContain('table.json: expected what "heroku events');
    expect((await sluice('shop', 'import subscriptions.json subscriptions.json')).code).toBe(2);
    expect((await sluice('shop', 'import')).code).toBe(2);
    writeFileSync(
      file('subscriptions.json'),
      JSON.stringify([{ ...account, targets: [{ ...hook, filter: 'root =' }] }]),
    );
    expect(await failed('shop', 'import subscriptions.json')).toContain('does not compile');
  });
});

test('wrong command lines and files are told', async () => {
  expect(await failed('shop', 'apply gone.yaml')).toContain('cannot read gone.yaml');
  expect((await sluice('shop', 'apply')).code).toBe(2);
  expect(await failed('nowhere', 'export')).toContain('Error ID: not-found');
  writeSetup(changed('this.Amount > 5', 'this.Amount >'));
  const ended = await sluice('shop', apply);
  expect(ended.code).toBe(1);
  // The caret is below the place that it points to.
  expect(ended.stderr).toMatch(/^setup\.yaml:\d+: |Error: setup\.yaml:\d+: the filter of the stream/m);
  expect(ended.stderr).toMatch(/\n +\^\nNothing was changed\./);
  expect(await failed('shop', 'export -o /nowhere/x.yaml')).toContain(
    '--output: cannot write /nowhere/x.yaml',
  );
});
