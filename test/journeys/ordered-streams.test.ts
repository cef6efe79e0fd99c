import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SalesforceSimulator, startSalesforceSimulator } from '../../simulators/salesforce/index.ts';
import { LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { orgAuthorization } from '../support/salesforce.ts';

// A local run and the CLI as processes, a simulated org, a receiver over real HTTP. Assert the order in which the first deliveries
// of a key come, their numbers, and that none is missing. The run is really killed.

const EVENT = 'Context__e';
const state = temporaryState();
let org: SalesforceSimulator;
let receiver: Receiver;
let run: LocalRun;

beforeAll(async () => {
  [org, receiver] = await Promise.all([startSalesforceSimulator(), startReceiver()]);
  run = await LocalRun.start(state.dir, '--no-demo');
  const { path } = await run.app('shop');
  const made = async (to: string, body: object) => {
    const { status, json } = await run.api('POST', `${path}${to}`, body);
    if (status !== 201) throw new Error(`${to}: ${JSON.stringify(json)}`);
  };
  await made('/platforms/salesforce/authorizations', orgAuthorization(org));
  await made('/platforms/salesforce/subscriptions', {
    name: 'contexts',
    topic: `/event/${EVENT}`,
    alias: 'org',
    replay: 'earliest',
  });
  await made('/platforms/webhook/publications', {
    name: 'hook',
    url: receiver.url,
    retry: ['1s', '1s', '2s', '2s', '2s', '4s', '4s', '4s'],
  });
  await sluice(
    ['events:streams:create', 'contexts', 'hook', '--ordered'],
    ['--key', 'root = this.Context__c.split("-").index(0)'],
  );
});
afterAll(async () => {
  await run.end('SIGKILL');
  await Promise.all([receiver.close(), org.close()]);
  state.remove();
});

async function sluice(...parts: readonly (readonly string[])[]): Promise<string> {
  const { code, stdout, stderr } = await run.sluice(...parts.flat(), '-a', 'shop');
  if (code !== 0) throw new Error(`${parts.flat().join(' ')}: ${stderr}`);
  return stdout;
}

/** Named `<key>-<number>`. */
const published: string[] = [];
function publish(...keys: readonly string[]): void {
  for (const key of keys) {
    const name = `${key}-${published.filter((each) => each.startsWith(`${key}-`)).length + 1}`;
    published.push(name);
    org.publishPlatformEvent(EVENT, { Context__c: name });
  }
}

interface Arrival {
  readonly name: string;
  readonly sequence: unknown;
}
/** What the receiver accepted or refused, each event once, at its first arrival. */
function firsts(key: string): readonly Arrival[] {
  const seen = new Map<string, Arrival>();
  for (const { event } of receiver.received) {
    const { Context__c: name } = event['data'] as { readonly Context__c: string };
    if (name.startsWith(`${key}-`) && !seen.has(name))
      seen.set(name, { name, sequence: event['streamsequence'] });
  }
  return [...seen.values()];
}
const of = (key: string) => published.filter((name) => name.startsWith(`${key}-`));
const inOrder = (key: string) => of(key).map((name, index) => ({ name, sequence: index + 1 }));
const isAllThere = (...keys: readonly string[]) => keys.every((key) => firsts(key).length === of(key).length);

describe('a stream that keeps order', () => {
  it('is listed with its key, and its events come numbered', async () => {
    expect(await sluice(['events:streams'])).toMatch(/contexts +hook +by root = this\.Context__c/);
    publish('plain', 'plain', 'plain');
    await receiver.until(() => isAllThere('plain'));
    expect(firsts('plain')).toEqual(inOrder('plain'));
  });

  it('holds back what follows an event that its receiver does not take, and nothing else', async () => {
    receiver.answer('failing-1', 503, 503, 503, 503, 503);
    publish('failing', 'failing', 'other', 'failing', 'other');
    await receiver.until(() => isAllThere('other'));
    expect(firsts('failing')).toHaveLength(1);
    const deliveries = await sluice(['events:deliveries', '--status', 'waiting']);
    expect(deliveries).toContain('after another of its key');
    await receiver.until(() => isAllThere('failing'));
    expect(firsts('failing')).toEqual(inOrder('failing'));
    expect(firsts('other')).toEqual(inOrder('other'));
  });

  it('says what to do where somebody retries one that has to wait, and goes on when the first is discarded', async () => {
    receiver.answer('stuck-1', ...Array.from({ length: 20 }, () => 500));
    publish('stuck', 'stuck');
    const list = async () => JSON.parse(await sluice(['events:deliveries', '--status', 'waiting', '--json']));
    await expect.poll(async () => (await list()).length, { timeout: 10_000 }).toBe(2);
    const idOf = async (waitsForAnother: boolean | undefined): Promise<string> =>
      (await list()).find(
        (each: { readonly waits_for_another?: boolean }) => each.waits_for_another === waitsForAnother,
      ).id;
    const refused = await run.sluice('events:deliveries:retry', await idOf(true), '-a', 'shop');
    expect(refused.code).toBe(1);
    expect(refused.stderr.replaceAll(/\s+›?\s*/g, ' ')).toContain('waits behind an earlier one of its key');
    await sluice(['events:deliveries:discard', await idOf(undefined), '-c', 'shop']);
    await receiver.until(() => isAllThere('stuck'));
    expect(firsts('stuck')).toEqual(inOrder('stuck'));
  });

  it('keeps its order when the run is killed while some wait and others come', async () => {
    const { port } = new URL(run.origin);
    receiver.answer('killed-1', 503, 503, 503);
    const keys = ['killed', 'spared'];
    for (let n = 0; n < 20; n += 1) publish(...keys);
    await receiver.until(() => firsts('killed').length > 0 && firsts('spared').length > 3);
    await run.end('SIGKILL');
    for (let n = 0; n < 20; n += 1) publish(...keys);
    run = await LocalRun.start(state.dir, '--no-demo', '--port', port);
    await receiver.until(() => firsts('spared').length > 25, 60_000);
    await run.end('SIGKILL');
    run = await LocalRun.start(state.dir, '--no-demo', '--port', port);
    await receiver.until(() => isAllThere(...keys), 60_000);
    for (const key of keys) expect(firsts(key)).toEqual(inOrder(key));
  });

  it('keeps its order over a pause', async () => {
    await sluice(['events:publications:pause', 'hook']);
    // The change is promised within 5 s.
    await sleep(5_500);
    publish('paused', 'paused', 'paused');
    await expect
      .poll(
        async () => JSON.parse(await sluice(['events:deliveries', '--json', '--status', 'waiting'])).length,
        {
          timeout: 20_000,
        },
      )
      .toBe(2);
    await sluice(['events:publications:resume', 'hook']);
    publish('paused');
    await receiver.until(() => isAllThere('paused'), 60_000);
    expect(firsts('paused')).toEqual(inOrder('paused'));
  });

  it('keeps an event for which it has no key, where it can be seen', async () => {
    await sluice(['events:streams:update', 'contexts', 'hook', '--key', 'root = throw("of no account")']);
    // The poller looks for changes of streams every 20 s.
    await expect
      .poll(
        async () => {
          publish('lost');
          return JSON.parse(await sluice(['events:deliveries', '--json', '--status', 'rejected'])).length;
        },
        { timeout: 60_000, interval: 2_000 },
      )
      .toBeGreaterThan(0);
    const [rejected] = JSON.parse(await sluice(['events:deliveries', '--json', '--status', 'rejected']));
    expect(rejected).toMatchObject({ stage: 'order', last_error: { id: 'order-key-failed' } });
    expect(rejected.last_error.message).toContain('of no account');
    // Once somebody retries it under another key, the delivery belongs to a lane of its own.
    await sluice(['events:streams:update', 'contexts', 'hook', '--key', 'root = "mended"']);
    await expect
      .poll(
        async () => {
          await sluice(['events:deliveries:retry', rejected.id]);
          return JSON.parse(await sluice(['events:deliveries:info', rejected.id, '--json'])).status;
        },
        { timeout: 30_000, interval: 1_000 },
      )
      .toBe('delivered');
  });
});
