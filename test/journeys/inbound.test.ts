import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';

// Senders over real HTTP to the local run, and from there to a receiver.

const curl = promisify(execFile);
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const state = temporaryState();
let run: LocalRun;
let receiver: Receiver;
let path: string;
let app: string;
let apps = 0;

beforeAll(async () => {
  receiver = await startReceiver();
  run = await LocalRun.start(state.dir, '--no-demo');
});

afterAll(async () => {
  await run.end('SIGKILL');
  await receiver.close();
  state.remove();
});

beforeEach(async () => {
  apps += 1;
  app = `taker-${apps}`;
  const { json } = await run.api('POST', '/v1/apps', { name: app });
  path = `/v1/tenants/${String(json['id'])}`;
  await run.api('POST', `${path}/platforms/webhook/publications`, {
    name: 'out',
    url: `${receiver.url}/${app}`,
  });
});

/** Only this test's app: retries of earlier ones may still come. */
const mine = () => receiver.received.filter((each) => each.path.endsWith(`/${app}`));

async function inbound(settings: object): Promise<string> {
  const { status, json } = await run.api('POST', `${path}/platforms/webhook/subscriptions`, {
    name: 'in',
    target: 'out',
    ...settings,
  });
  expect([status, json]).toMatchObject([201, { inbound_url: expect.stringMatching(/\/in\/[\w-]{22}$/) }]);
  return String(json['inbound_url']);
}

function signed(body: string, id = 'msg_1', secret = SECRET, atMs = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1_000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

const post = (url: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers });

const problemOf = async (response: Response) =>
  [response.status, ((await response.json()) as { id: string }).id] as const;

describe('an inbound URL', () => {
  it('takes what its sender signed, and gives it to the streams of its subscription, through their filters', async () => {
    const url = await inbound({
      verify: 'standard-webhooks',
      secret: SECRET,
      filter: 'root = if this.n == 2 { deleted() }',
    });
    for (const n of [1, 2]) {
      const body = `{"type":"invoice.paid","n":${n},"big":9007199254740993}`;
      const response = await post(url, body, signed(body, `msg_${n}`));
      expect([response.status, await response.json()]).toEqual([202, { id: `msg_${n}`, ids: [`msg_${n}`] }]);
    }
    await receiver.until(() => mine().length === 1);
    expect(mine()[0]?.event).toMatchObject({ id: 'msg_1', type: 'invoice.paid', subject: 'in' });
    expect(mine()[0]?.body).toContain('"big":9007199254740993');
  });

  it('refuses a wrong signature without a word of why, and an old request', async () => {
    const url = await inbound({ verify: 'standard-webhooks', secret: SECRET });
    const headers = signed('{}');
    const wrong = [
      await post(url, '{"n":1}', headers),
      await post(url, '{}', { ...headers, 'webhook-signature': 'v1,AAAA' }),
      await post(url, '{}', signed('{}', 'msg_1', SECRET, Date.now() - 301_000)),
      await post(url, '{}'),
    ];
    const texts = await Promise.all(wrong.map((response) => response.text()));
    expect(wrong.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(new Set(texts).size).toBe(1);
    expect((await post(url, '{}', headers)).status).toBe(202);
  });

  it('recognises a request that is sent again by its id', async () => {
    const url = await inbound({ verify: 'standard-webhooks', secret: SECRET });
    // The receiver is down: the delivery is stored, and a repeated request is the same delivery.
    receiver.answer('msg_again', 500, 500, 500, 500);
    for (let n = 0; n < 3; n += 1) await post(url, '{}', signed('{}', 'msg_again'));
    await receiver.until(() => mine().length >= 1);
    const endsAtMs = Date.now() + 10_000;
    let ids: string[] = [];
    while (ids.length === 0 && Date.now() < endsAtMs) {
      const { json } = await run.api('GET', `${path}/deliveries?event_id=msg_again`);
      ids = (json['deliveries'] as { id: string }[]).map(({ id }) => id);
    }
    expect(ids).toHaveLength(1);
    expect(new Set(mine().map(({ event }) => event['id']))).toEqual(new Set(['msg_again']));
  });

  it('takes both secrets after a change, and both URLs after a rotation', async () => {
    const url = await inbound({ verify: 'standard-webhooks', secret: SECRET });
    expect((await post(url, '{}', signed('{}'))).status).toBe(202);
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const changed = await run.api('PATCH', `${path}/subscriptions/in`, { secret: other });
    expect(changed.json['params']).toMatchObject({ secret: 'set', former_secret_until: expect.any(String) });
    const isTaken = async (target: string, secret: string) =>
      (await post(target, '{}', signed('{}', 'msg_1', secret))).status === 202;
    const endsAtMs = Date.now() + 15_000;
    // A process may cache the subscription for some seconds.
    while (!(await isTaken(url, other)) && Date.now() < endsAtMs)
      await new Promise((done) => setTimeout(done, 500));
    expect([await isTaken(url, SECRET), await isTaken(url, other)]).toEqual([true, true]);

    const rotated = await run.sluice('events:subscriptions:rotate-url', 'in', '-a', app);
    const newUrl = rotated.stdout.trim();
    expect(newUrl).toMatch(/\/in\/[\w-]{22}$/);
    expect(newUrl).not.toBe(url);
    expect([await isTaken(url, other), await isTaken(newUrl, other)]).toEqual([true, true]);
    const again = await run.sluice('events:subscriptions:rotate-url', 'in', '--grace', '0s', '-a', app);
    expect(await isTaken(again.stdout.trim(), other)).toBe(true);
    const gone = Date.now() + 15_000;
    while ((await isTaken(newUrl, other)) && Date.now() < gone)
      await new Promise((done) => setTimeout(done, 500));
    expect((await post(newUrl, '{}', signed('{}'))).status).toBe(404);
  }, 60_000);

  it('is made, shown and refused by the CLI, with a secret from a file that is never shown', async () => {
    const file = join(dirname(state.dir), `secret-${apps}`);
    writeFileSync(file, 'a-github-secret\n');
    const missing = await run.sluice(
      'events:subscriptions:webhook:create',
      'hooks',
      '--verify',
      'github',
      '-a',
      app,
    );
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('--secret-file')]);
    const made = await run.sluice(
      'events:subscriptions:webhook:create',
      'hooks',
      '--verify',
      'github',
      '--secret-file',
      file,
      '--target',
      'out',
      '-a',
      app,
    );
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^http:.*\/in\/[\w-]{22}\n$/)]);
    const shown = await run.sluice('events:subscriptions:info', 'hooks', '-a', app);
    expect(shown.stdout).toContain(made.stdout.trim());
    expect(shown.stdout).not.toContain('a-github-secret');
    const body = '{"action":"opened"}';
    const signature = createHmac('sha256', 'a-github-secret').update(body).digest('hex');
    const { stdout } = await curl('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      made.stdout.trim(),
      '-H',
      'Content-Type: application/json',
      '-H',
      'X-GitHub-Event: issues',
      '-H',
      'X-GitHub-Delivery: d-1',
      '-H',
      `X-Hub-Signature-256: sha256=${signature}`,
      '-d',
      body,
    ]);
    expect(stdout).toBe('202');
    await receiver.until(() => mine().some(({ event }) => event['id'] === 'd-1'));
    expect(readFileSync(join(run.stateDir, 'sluice.log'), 'utf8')).not.toContain('a-github-secret');
  });

  it('answers the handshake of CloudEvents web hooks, and takes CloudEvents', async () => {
    const url = await inbound({ verify: 'none' });
    const asked = await fetch(url, {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventgrid.azure.net' },
    });
    expect([asked.status, asked.headers.get('webhook-allowed-origin')]).toEqual([200, 'eventgrid.azure.net']);
    expect(Number(asked.headers.get('webhook-allowed-rate'))).toBeGreaterThan(0);
    const bad = await fetch(url, { method: 'OPTIONS', headers: { 'webhook-request-origin': 'a b' } });
    expect(bad.status).toBe(400);
    const event = { specversion: '1.0', source: '/far', type: 'far.thing', data: { n: 1 } };
    const batch = await post(
      url,
      JSON.stringify([
        { ...event, id: 'a' },
        { ...event, id: 'b' },
      ]),
      {
        'content-type': 'application/cloudevents-batch+json',
      },
    );
    expect([batch.status, await batch.json()]).toEqual([202, { id: 'a', ids: ['a', 'b'] }]);
    await receiver.until(() => mine().length === 2);
    expect(mine()[0]?.event).toMatchObject({ source: '/far', type: 'far.thing' });
  });

  it('takes a data action whose secret came after the URL', async () => {
    const url = await inbound({ verify: 'data-cloud' });
    const body = JSON.stringify({
      count: 1,
      schemas: [],
      events: [{ EventUuid: 'u-1', EventPrompt: 'UPDATE' }],
    });
    const secret = 'c2VjcmV0LWtleQ==';
    const headers = {
      'content-type': 'application/json',
      'x-signature': createHmac('sha256', secret).update(body).digest('base64'),
    };
    expect((await post(url, body, headers)).status).toBe(401);
    const { json } = await run.api('GET', `${path}/subscriptions/in`);
    expect(json['params']).toMatchObject({ verify: 'data-cloud', secret: 'missing' });
    await run.api('PATCH', `${path}/subscriptions/in`, { secret });
    const endsAtMs = Date.now() + 15_000;
    let status = 0;
    while (status !== 202 && Date.now() < endsAtMs) {
      ({ status } = await post(url, body, headers));
      if (status !== 202) await new Promise((done) => setTimeout(done, 500));
    }
    await receiver.until(() => mine().length > 0);
    expect(mine()[0]?.event).toMatchObject({
      id: 'u-1',
      type: 'com.salesforce.datacloud.action.UPDATE',
    });
  }, 40_000);

  it('says what is wrong with a request, and keeps a paused sender waiting', async () => {
    const url = await inbound({ verify: 'none', event_id: 'this.order' });
    const json = { 'content-type': 'application/json' };
    expect(await problemOf(await post(url.slice(0, -1).concat('_'), '{}'))).toEqual([404, 'not-found']);
    expect(await problemOf(await post(`${url}x`, '{}'))).toEqual([404, 'not-found']);
    expect(await problemOf(await fetch(url))).toEqual([405, 'method-not-allowed']);
    expect(await problemOf(await post(url, '{"n":', json))).toEqual([400, 'malformed-event']);
    expect(await problemOf(await post(url, '{"n":1}', json))).toEqual([400, 'malformed-event']);
    expect(await problemOf(await post(url, Buffer.alloc(1_100_000, 'x')))).toEqual([413, 'body-too-large']);
    expect(await problemOf(await post(url, '{}', { ...json, 'content-encoding': 'br' }))).toEqual([
      415,
      'unsupported-media-type',
    ]);
    expect((await post(url, '{"order":"o-1"}', json)).status).toBe(202);
    await run.api('PATCH', `${path}/subscriptions/in`, { paused: true });
    const endsAtMs = Date.now() + 15_000;
    let response = await post(url, '{"order":"o-2"}', json);
    while (response.status === 202 && Date.now() < endsAtMs) {
      await new Promise((done) => setTimeout(done, 500));
      response = await post(url, '{"order":"o-2"}', json);
    }
    expect(response.headers.get('retry-after')).toBe('60');
    expect(await problemOf(response)).toEqual([503, 'subscription-paused']);
    await run.api('DELETE', `${path}/subscriptions/in`);
    const gone = Date.now() + 15_000;
    let { status } = response;
    while (status !== 404 && Date.now() < gone) {
      await new Promise((done) => setTimeout(done, 500));
      ({ status } = await post(url, '{"order":"o-3"}', json));
    }
    expect(status).toBe(404);
  }, 60_000);

  it.each([
    [{ verify: 'none', secret: 'a-secret-text' }, 422],
    [{ verify: 'github' }, 422],
    [{ verify: 'github', secret: 'short' }, 422],
    [{ verify: 'standard-webhooks', secret: 'not-a-whsec' }, 422],
    [{ verify: 'sha1', secret: 'a-secret-text' }, 400],
    [{ verify: 'none', event_type: 'root = (' }, 422],
  ])('is not made with %j', async (settings, status) => {
    const made = await run.api('POST', `${path}/platforms/webhook/subscriptions`, {
      name: 'in',
      ...settings,
    });
    expect([made.status, made.json['message']]).toEqual([status, expect.stringMatching(/expected|compile/)]);
    expect(JSON.stringify(made.json)).not.toMatch(/a-secret-text|not-a-whsec/);
  });
});
