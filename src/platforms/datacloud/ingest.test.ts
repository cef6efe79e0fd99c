import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDataCloudPublication } from '../../../test/support/records.ts';
import { APP_ID, type Bench, startBench } from '../../../test/support/salesforce.ts';
import { systemClock } from '../../base/clock.ts';
import { systemTimers } from '../../base/timers.ts';
import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import type { RateCounter } from '../../domain/deliveries/rate-counter.ts';
import { eventJson } from '../../domain/events/event.ts';
import { DataCloudDestination } from './ingest.ts';
import type { DataCloudPublication } from './target.ts';
import { FREE_PER_SECOND, RATE_WAIT_MS_MAX, TenantRate } from './tenant-rate.ts';

// Real HTTP to the simulated org, which is independent of the client. The tests assert outcomes, what the org accepted,
// and which requests it saw.

let bench: Bench & AsyncDisposable;
let publication: DataCloudPublication;
const destinations: DataCloudDestination[] = [];

beforeEach(async () => {
  bench = await startBench();
  await bench.authorizeByRefreshToken();
  publication = aDataCloudPublication({
    appId: APP_ID,
    authorizationId: bench.authorizationId,
    primaryKey: 'order_id',
  });
});

afterEach(async () => {
  await Promise.all(destinations.splice(0).map((destination) => destination.close()));
  await bench[Symbol.asyncDispose]();
});

/** The destination of another process: it shares nothing but the stores. */
function aProcess(tokens: TokenSource = bench.anotherTokenSource()): DataCloudDestination {
  const destination = new DataCloudDestination({
    authorizations: bench.stores.authorizations,
    tokens,
    rates: bench.stores.rates,
    secrets: bench.box,
    allowLoopback: true,
    clock: systemClock,
    log: bench.log,
  });
  destinations.push(destination);
  return destination;
}

function anOrder(id: string, more: object = {}): OutgoingEvent {
  return {
    deliveryId: id,
    eventJson: eventJson({
      specversion: '1.0',
      id,
      source: '/test',
      type: 'order',
      data: { order_id: id, amount: 1, ...more },
    }),
  };
}

const orders = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, n) => anOrder(`o-${n}`, more));
const kindsOf = (outcomes: readonly { readonly kind: string }[]) => outcomes.map(({ kind }) => kind);
const ingests = () => bench.org.dataCloud.requests();
const takenKeys = () => bench.org.dataCloud.ingested().map(({ key }) => key);

describe('a batch', () => {
  it('is one request, of whole records', async () => {
    expect(kindsOf(await aProcess().send(publication, orders(50)))).toEqual(Array(50).fill('delivered'));
    expect(ingests().map(({ status }) => status)).toEqual([202]);
    expect(bench.org.dataCloud.ingested().flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('is several where it would be more than 200 kB', async () => {
    const outcomes = await aProcess().send(publication, orders(5, { customer: 'x'.repeat(60_000) }));
    expect(kindsOf(outcomes)).toEqual(Array(5).fill('delivered'));
    expect(ingests().map(({ status }) => status)).toEqual([202, 202]);
    for (const { bytes } of ingests()) expect(bytes).toBeLessThanOrEqual(200_000);
  });

  it('delivers the others of an event that is no record', async () => {
    const outcomes = await aProcess().send(publication, [
      anOrder('a'),
      anOrder('b', { amount: 'much' }),
      anOrder('c'),
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'delivered', status: 202 },
      {
        kind: 'rejected',
        errorId: 'field-mismatch',
        message: expect.stringContaining('amount: expected a number'),
      },
      { kind: 'delivered' },
    ]);
    expect(takenKeys()).toEqual(['a', 'c']);
  });

  it('delivers the others of a record that Data Cloud refuses', async () => {
    bench.org.faults.dataCloudRefusedKeys = ['o-13'];
    const outcomes = await aProcess().send(publication, orders(40));
    expect(outcomes[13]).toMatchObject({
      kind: 'rejected',
      errorId: 'record-refused',
      status: 400,
      message: expect.stringContaining('mismatch with Schema'),
      answer: expect.stringContaining('internalErrorCode'),
    });
    expect(kindsOf(outcomes).filter((kind) => kind === 'delivered')).toHaveLength(39);
    expect(takenKeys().toSorted()).toEqual(
      orders(40)
        .map(({ deliveryId }) => deliveryId)
        .filter((id) => id !== 'o-13')
        .toSorted(),
    );
  });

  it('deletes, after what it wrote of the same key', async () => {
    const gone = anOrder('a', { '@operation': 'delete' });
    expect(kindsOf(await aProcess().send(publication, [anOrder('a'), anOrder('b'), gone]))).toEqual(
      Array(3).fill('delivered'),
    );
    expect(ingests().map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    bench.org.faults.dataCloudDelayMs = 0;
    expect(bench.org.dataCloud.records('SalesConnector', 'Orders')).toMatchObject([{ order_id: 'b' }]);
  });
});

describe('the schema', () => {
  it('that has grown is read again', async () => {
    const destination = aProcess();
    await destination.send(publication, [anOrder('a')]);
    const orders = bench.org.dataCloud.objects().find(({ object }) => object === 'Orders')!;
    bench.org.dataCloud.define({ ...orders, columns: { ...orders.columns, note: 'string' } });
    expect(await destination.send(publication, [anOrder('b', { note: 'x' })])).toMatchObject([
      { kind: 'rejected' },
    ]);
    // Half a minute later, or in another process.
    expect(await aProcess().send(publication, [anOrder('b', { note: 'x' })])).toMatchObject([
      { kind: 'delivered' },
    ]);
  });

  it('that may not be read is replaced by a test of each set of fields', async () => {
    bench.org.faults.dataCloudConnectDenied = true;
    const destination = aProcess();
    const whole = { customer: '', status: '', ordered_on: '2026-01-01', modified: null };
    await destination.send(publication, [anOrder('a', whole), anOrder('b', whole)]);
    await destination.send(publication, [anOrder('c', whole)]);
    expect(ingests().filter(({ path }) => path.endsWith('/actions/test'))).toHaveLength(1);
    expect(takenKeys()).toEqual(['a', 'b', 'c']);
    expect(await destination.send(publication, [anOrder('d', { ...whole, Total: 1 })])).toMatchObject([
      { kind: 'rejected', errorId: 'record-refused' },
    ]);
    expect(takenKeys()).not.toContain('d');
  });

  it('that could not be asked for, by a fault of ours, is asked for again', async () => {
    const working = bench.anotherTokenSource();
    let faults = 1;
    const destination = aProcess({
      async session(...of) {
        faults -= 1;
        if (faults >= 0) throw new Error('the table did not answer');
        return working.session(...of);
      },
    });
    await expect(destination.send(publication, [anOrder('a')])).rejects.toThrow('the table');
    expect(kindsOf(await destination.send(publication, [anOrder('a')]))).toEqual(['delivered']);
  });

  it('that lost its connector lets events wait', async () => {
    expect(await aProcess().send({ ...publication, connector: 'Gone' }, [anOrder('a')])).toMatchObject([
      { kind: 'retry', errorId: 'unknown-connector' },
    ]);
  });
});

describe('the token', () => {
  it('is exchanged once for all processes', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, n) => aProcess().send(publication, [anOrder(`o-${n}`)])),
    );
    expect(outcomes.flatMap(kindsOf)).toEqual(Array(5).fill('delivered'));
    expect(bench.org.dataCloud.exchanges()).toBe(1);
  });

  it('is kept under encryption, and shown nowhere', async () => {
    await aProcess().send(publication, [anOrder('a')]);
    const stored = await bench.stores.authorizations.get(APP_ID, bench.authorizationId);
    expect(stored).toMatchObject({ status: 'active', dataCloud: { tenantUrl: bench.org.httpUrl } });
    expect(JSON.stringify(stored)).not.toMatch(/eyJ/);
  });

  it('that is refused is replaced once, by one of all processes', async () => {
    const processes = [aProcess(), aProcess(), aProcess()];
    await Promise.all(processes.map((one) => one.send(publication, [anOrder('a')])));
    bench.org.faults.nextDataCloudUnauthorized = 3;
    const outcomes = await Promise.all(processes.map((one) => one.send(publication, [anOrder('b')])));
    expect(outcomes.flatMap(kindsOf)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(bench.org.dataCloud.exchanges()).toBe(2);
  });

  it('that is always refused ends the attempt', async () => {
    bench.org.faults.nextDataCloudUnauthorized = 10;
    expect(await aProcess().send(publication, [anOrder('a')])).toMatchObject([
      { kind: 'retry', errorId: 'unauthorized', status: 401 },
    ]);
    expect(bench.org.faults.nextDataCloudUnauthorized).toBe(8);
  });

  it('takes another token of the org when that has ended', async () => {
    bench.org.revokeAllTokens();
    expect(kindsOf(await aProcess().send(publication, [anOrder('a')]))).toEqual(['delivered']);
  });

  it('of a revoked authorization says to authorize again', async () => {
    bench.org.revokeAllTokens({ refreshTokens: true });
    bench.org.faults.dataCloudConnectDenied = true;
    const [outcome] = await aProcess().send(publication, [anOrder('a')]);
    expect(outcome).toMatchObject({ kind: 'retry', message: expect.stringMatching(/authorize/i) });
    expect((await bench.stores.authorizations.get(APP_ID, bench.authorizationId))?.status).toBe('dead');
  });

  it('names the tenant without a scheme at the real service', async () => {
    bench.org.faults.dataCloudBareHost = true;
    expect(kindsOf(await aProcess().send(publication, [anOrder('a')]))).toEqual(['delivered']);
  });

  it.each([['nextDataCloudUnknownError', 'token-exchange-unavailable']] as const)(
    'that is not given (%s) is tried again',
    async (fault, errorId) => {
      bench.org.faults[fault] = 1;
      expect(await aProcess().send(publication, [anOrder('a')])).toMatchObject([{ kind: 'retry', errorId }]);
    },
  );
});

describe('Data Cloud that takes nothing now', () => {
  it('is tried again after a failure', async () => {
    bench.org.faults.nextDataCloudUnavailable = 1;
    expect(await aProcess().send(publication, orders(3))).toMatchObject(
      Array(3).fill({ kind: 'retry', errorId: 'http-500', status: 500 }),
    );
  });

  it('is left alone for as long as it says', async () => {
    bench.org.faults.nextDataCloudRateLimited = 1;
    bench.org.faults.dataCloudRetryAfterSeconds = 30;
    const destination = aProcess();
    expect(await destination.send(publication, [anOrder('a')])).toMatchObject([
      { kind: 'retry', errorId: 'rate-limited', status: 429, retryAfterMs: 30_000 },
    ]);
    const seen = ingests().length;
    const [outcome] = await destination.send(publication, [anOrder('b')]);
    expect(outcome).toMatchObject({ kind: 'retry', errorId: 'rate-limited' });
    expect(outcome?.kind === 'retry' && outcome.retryAfterMs).toBeGreaterThan(25_000);
    expect(ingests()).toHaveLength(seen);
  });

  it('may have taken what it did not answer for: the event is sent again', async () => {
    bench.org.faults.nextDataCloudLostAnswers = 1;
    const destination = aProcess();
    expect(await destination.send(publication, [anOrder('a')])).toMatchObject([
      { kind: 'retry', errorId: 'no-answer' },
    ]);
    expect(kindsOf(await destination.send(publication, [anOrder('a')]))).toEqual(['delivered']);
    bench.org.faults.dataCloudDelayMs = 0;
    expect(bench.org.dataCloud.records('SalesConnector', 'Orders')).toHaveLength(1);
  });
});

describe('the rate of an org', () => {
  const makeRate = (rates: RateCounter) =>
    new TenantRate({ rates, clock: systemClock, timers: systemTimers, log: bench.log });
  const TENANT = 'https://acme.c360a.salesforce.com';

  it('costs nothing for who is slow', async () => {
    let asked = 0;
    const rate = makeRate({
      take: async (_key, { count }) => {
        asked += 1;
        return { now: count, laterMs: [] };
      },
    });
    for (let n = 0; n < FREE_PER_SECOND; n += 1) expect(await rate.take(TENANT)).toEqual({ kind: 'go' });
    expect(asked).toBe(0);
  });

  it('is kept by all processes together', async () => {
    const gone = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const rate = makeRate(bench.stores.rates);
        let count = 0;
        const endsAtMs = Date.now() + 900;
        while (Date.now() < endsAtMs && count < 60) if ((await rate.take(TENANT)).kind === 'go') count += 1;
        return count;
      }),
    );
    expect(gone.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(250);
  });

  it('lets requests be made when nobody counts, and says so', async () => {
    const rate = makeRate({
      take: async () => {
        throw new Error('throttled');
      },
    });
    for (let n = 0; n < 5; n += 1) expect(await rate.take(TENANT)).toEqual({ kind: 'go' });
    expect(bench.log.of('RATE_UNCOUNTED').length).toBeGreaterThan(0);
  });

  it('leaves longer waits to the queue', async () => {
    const far = RATE_WAIT_MS_MAX + 5_000;
    const rate = makeRate({ take: async (_key, { nowMs }) => ({ now: 0, laterMs: [nowMs + far] }) });
    await rate.take(TENANT);
    const answer = await rate.take(TENANT);
    expect(answer).toMatchObject({ kind: 'limited' });
    expect(answer.kind === 'limited' && answer.retryAfterMs).toBeGreaterThan(RATE_WAIT_MS_MAX);
  });
});
