import { once } from 'node:events';
import { createServer } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { NO_ANNOUNCEMENTS } from '../../src/domain/announcements/announcement.ts';
import type { SendOutcome } from '../../src/domain/deliveries/destination.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { makeSalesforceDestination } from '../../src/platforms/salesforce/publish.ts';
import type { SalesforcePublication } from '../../src/platforms/salesforce/target.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';

const EVENT = 'Sluice_Demo__e';
const TOPIC = `/event/${EVENT}`;

function publication(bench: Bench, topic = TOPIC): SalesforcePublication {
  return {
    id: 'p1',
    appId: APP_ID,
    name: 'to-salesforce',
    platform: 'salesforce',
    state: 'active',
    topic,
    authorizationId: bench.authorizationId,
    authorizationAlias: 'org',
    createdAtMs: 0,
    version: 1,
  };
}

function event(id: string, data: unknown) {
  return {
    deliveryId: id,
    eventJson: eventJson({ specversion: '1.0', id, source: '/test', type: 'test', data }),
  };
}

function destination(bench: Bench, clock: Clock = systemClock) {
  return makeSalesforceDestination({
    authorizations: bench.stores.authorizations,
    allocations: bench.stores.allocations,
    secrets: bench.box,
    announcements: NO_ANNOUNCEMENTS,
    allowLoopback: true,
    clock,
    log: bench.log,
    clients: bench.clients,
  });
}

const kinds = (outcomes: readonly SendOutcome[]) => outcomes.map(({ kind }) => kind);

/** The gateway in front of the Pub/Sub API, which answers while that is down. */
async function startGateway(status: number): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html>Maintenance</html>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return {
    address: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

describe('publishing to Salesforce', () => {
  it('puts events on the bus under their own ids, plain or wrapped, and fills in who and when', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const outcomes = await destination(bench).send(publication(bench), [
      event('5b1cf2a0-0000-4000-8000-000000000001', {
        Message__c: 'plain',
        Amount__c: 1.5,
        At__c: '2026-11-23T10:00:00Z',
      }),
      event('5b1cf2a0-0000-4000-8000-000000000002', {
        Message__c: { string: 'wrapped' },
        Amount__c: { double: 2 },
        CreatedById: '005000000000001AAA',
        CreatedDate: 1739547163458,
      }),
    ]);
    expect(kinds(outcomes)).toEqual(['delivered', 'delivered']);
    const [plain, wrapped] = bench.org.ledger(TOPIC);
    expect([plain?.id, wrapped?.id]).toEqual([
      '5b1cf2a0-0000-4000-8000-000000000001',
      '5b1cf2a0-0000-4000-8000-000000000002',
    ]);
    expect(plain?.payload).toMatchObject({
      Message__c: 'plain',
      Amount__c: 1.5,
      At__c: Date.parse('2026-11-23T10:00:00Z'),
      CreatedById: bench.org.credentials.userId,
    });
    expect(wrapped?.payload).toMatchObject({
      Message__c: 'wrapped',
      CreatedById: '005000000000001AAA',
      CreatedDate: 1739547163458,
    });
  });

  it('rejects what does not fit, naming field, expectation and find, and publishes the rest', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const outcomes = await destination(bench).send(publication(bench), [
      event('a', { Message__c: 'good' }),
      event('b', { Message__c: 7, Amuont__c: 1, message: 'x' }),
      event('c', 'no object'),
      event('d', { Message__c: 'good too' }),
    ]);
    expect(kinds(outcomes)).toEqual(['delivered', 'rejected', 'rejected', 'delivered']);
    expect(outcomes[1]).toMatchObject({
      errorId: 'field-mismatch',
      message:
        'the event does not fit Sluice_Demo__e: Message__c: expected null or a text, found an integer; ' +
        'Amuont__c: expected a field of Sluice_Demo__e (CreatedDate, CreatedById, Message__c, Amount__c, At__c), found a field that it does not have; ' +
        'message: expected the name "Message__c", found a field that it does not have',
    });
    expect(bench.org.ledger(TOPIC).map(({ id }) => id)).toEqual(['a', 'd']);
  });

  it('says of each event of a batch what became of it', async () => {
    await using bench = await startBench({ faults: { nextPublishErrors: 2 } });
    await bench.authorize();
    const events = ['a', 'b', 'c'].map((id) => event(id, { Message__c: id }));
    const outcomes = await destination(bench).send(publication(bench), events);
    expect(kinds(outcomes)).toEqual(['retry', 'retry', 'delivered']);
    expect(outcomes[0]).toMatchObject({ errorId: expect.stringMatching(/^publish-/) });
    expect(bench.org.ledger(TOPIC).map(({ id }) => id)).toEqual(['c']);
  });

  it('takes a new access token when the one it has is refused', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const target = destination(bench);
    await target.send(publication(bench), [event('a', { Message__c: 'x' })]);
    bench.org.revokeAllTokens();
    expect(kinds(await target.send(publication(bench), [event('b', { Message__c: 'y' })]))).toEqual([
      'delivered',
    ]);
  });

  it('sends again under the same id when the answer was lost', async () => {
    await using bench = await startBench({ faults: { nextPublishLostAnswers: 1 } });
    await bench.authorize();
    const target = destination(bench);
    const events = [event('a', { Message__c: 'x' })];
    expect(kinds(await target.send(publication(bench), events))).toEqual(['retry']);
    expect(kinds(await target.send(publication(bench), events))).toEqual(['delivered']);
    expect(bench.org.ledger(TOPIC).map(({ id }) => id)).toEqual(['a', 'a']);
  });

  it('follows fields that are added, removed and changed while it publishes', async () => {
    await using bench = await startBench();
    await bench.authorize();
    let aheadMs = 0;
    const target = destination(bench, { now: () => Date.now() + aheadMs });
    const send = async (data: unknown) => kinds(await target.send(publication(bench), [event('a', data)]));
    const define = (...fields: { name: string; type: 'string' | 'double' }[]) =>
      bench.org.definePlatformEvent({ name: EVENT, label: EVENT, publishable: true, fields });
    expect(await send({ Message__c: 'x' })).toEqual(['delivered']);
    bench.org.addField(EVENT, { name: 'New__c', type: 'string' });
    aheadMs += 2_000;
    expect(await send({ New__c: 'there' })).toEqual(['delivered']);
    define({ name: 'Message__c', type: 'double' });
    aheadMs += 2_000;
    expect(await send({ Message__c: 1.5 })).toEqual(['delivered']);
    expect(await send({ New__c: 'gone' })).toEqual(['rejected']);
    expect(bench.org.ledger(TOPIC).map(({ payload }) => payload)).toMatchObject([
      { Message__c: 'x' },
      { New__c: 'there' },
      { Message__c: 1.5 },
    ]);
  });

  it.each([
    ['an unknown topic', '/event/Nope__e', {}, /no such topic/],
    ['a topic that is only for reading', '/data/OpportunityChangeEvent', {}, /may not publish/],
    ['a permission that is missing', TOPIC, { deniedPublish: [TOPIC] }, /create access/],
    ['an unavailable service', TOPIC, { nextServiceUnavailable: 9 }, /unavailable/],
  ])('waits for %s to be mended', async (_, topic, faults, message) => {
    await using bench = await startBench();
    await bench.authorize();
    Object.assign(bench.org.faults, faults);
    const outcomes = await destination(bench).send(publication(bench, topic), [
      event('a', { Message__c: 'x' }),
    ]);
    expect(outcomes).toMatchObject([{ kind: 'retry', message: expect.stringMatching(message) }]);
  });

  it('waits longer when the hourly limit is reached', async () => {
    await using bench = await startBench({ faults: { publishedLimit: 1 } });
    await bench.authorize();
    const target = destination(bench);
    await target.send(publication(bench), [event('a', { Message__c: 'x' })]);
    const [outcome] = await target.send(publication(bench), [event('b', { Message__c: 'x' })]);
    expect(outcome).toMatchObject({ kind: 'retry', retryAfterMs: 600_000 });
  });

  it('splits what is more than three megabytes, and rejects an event of more than one', async () => {
    await using bench = await startBench();
    bench.org.definePlatformEvent({
      name: 'Large__e',
      label: 'Large',
      publishable: true,
      fields: [{ name: 'Text__c', type: 'textarea', length: 2_000_000 }],
    });
    await bench.authorize();
    const outcomes = await destination(bench).send(publication(bench, '/event/Large__e'), [
      ...Array.from({ length: 8 }, (_, index) => event(`e${index}`, { Text__c: 'x'.repeat(900_000) })),
      event('too-large', { Text__c: 'x'.repeat(1_100_000) }),
    ]);
    expect(kinds(outcomes)).toEqual([...Array.from({ length: 8 }, () => 'delivered'), 'rejected']);
    expect(outcomes[8]).toMatchObject({ errorId: 'event-too-large' });
  });

  it('rejects what only Salesforce finds too large', async () => {
    await using bench = await startBench();
    await bench.authorize();
    // Within the limit by itself, but beyond it with its wrapping on the wire.
    const outcomes = await destination(bench).send(publication(bench), [
      event('a', { Message__c: 'x'.repeat(1_048_576 - 40) }),
      event('b', { Message__c: 'small' }),
    ]);
    expect(outcomes).toMatchObject([
      {
        kind: 'rejected',
        errorId: 'event-too-large',
        message: expect.stringContaining('exceeds the maximum'),
      },
      { kind: 'delivered' },
    ]);
  });

  it.each([403, 404, 503])('waits for the end of a page of HTML with status %i', async (status) => {
    await using bench = await startBench();
    await using gateway = await startGateway(status);
    await bench.authorize({ pubsubEndpoint: gateway.address });
    const outcomes = await destination(bench).send(publication(bench), [event('a', { Message__c: 'x' })]);
    expect(kinds(outcomes)).toEqual(['retry']);
  });

  it('says why when there is no access token', async () => {
    await using bench = await startBench();
    await bench.authorizeByRefreshToken();
    bench.org.revokeAllTokens({ refreshTokens: true });
    const outcomes = await destination(bench).send(publication(bench), [event('a', { Message__c: 'x' })]);
    expect(outcomes).toMatchObject([
      {
        kind: 'retry',
        errorId: 'refresh-token-expired',
        message: expect.stringContaining('Authorize the org again'),
      },
    ]);
  });
});
