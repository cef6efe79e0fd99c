import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { isJsonObject } from '../../src/base/json.ts';
import { NO_ANNOUNCEMENTS } from '../../src/domain/announcements/announcement.ts';
import type { TokenSource } from '../../src/domain/authorizations/token-source.ts';
import { topicRefusal } from '../../src/domain/authorizations/topic-use.ts';
import type { SendOutcome } from '../../src/domain/deliveries/destination.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { makeSalesforceDestination } from '../../src/platforms/salesforce/publish.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import type { SalesforcePublication } from '../../src/platforms/salesforce/target.ts';
import { OrgTopicDirectory } from '../../src/platforms/salesforce/topic-directory.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';

const EVENT = 'Sluice_Demo__e';
const TOPIC = `/event/${EVENT}`;

function publication(bench: Bench): SalesforcePublication {
  return {
    id: 'p1',
    appId: APP_ID,
    name: 'to-salesforce',
    platform: 'salesforce',
    state: 'active',
    topic: TOPIC,
    authorizationId: bench.authorizationId,
    authorizationAlias: 'org',
    via: 'rest',
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

function destination(bench: Bench, tokens: TokenSource = bench.tokens, clock: Clock = systemClock) {
  return makeSalesforceDestination({
    authorizations: bench.stores.authorizations,
    allocations: bench.stores.allocations,
    secrets: bench.box,
    announcements: NO_ANNOUNCEMENTS,
    allowLoopback: true,
    clock,
    log: bench.log,
    tokens,
    clients: bench.clients,
  });
}

const kinds = (outcomes: readonly SendOutcome[]) => outcomes.map(({ kind }) => kind);
const messages = (bench: Bench) =>
  bench.org.ledger(TOPIC).map(({ payload }) => isJsonObject(payload) && payload['Message__c']);

describe('publishing to Salesforce by REST', () => {
  it('sends plain values, whatever they came as, and leaves out what REST refuses', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const outcomes = await destination(bench).send(publication(bench), [
      event('a', { Message__c: 'plain', Amount__c: 1.5, At__c: '2026-11-23T10:00:00Z' }),
      event('b', {
        Message__c: { string: 'wrapped' },
        Amount__c: { double: 2 },
        At__c: { long: 1739547163458 },
        CreatedById: '005000000000001AAA',
        CreatedDate: 1739547163458,
      }),
    ]);
    expect(kinds(outcomes)).toEqual(['delivered', 'delivered']);
    const [plain, wrapped] = bench.org.ledger(TOPIC);
    expect(plain?.payload).toMatchObject({
      Message__c: 'plain',
      Amount__c: 1.5,
      At__c: Date.parse('2026-11-23T10:00:00Z'),
      CreatedById: bench.org.credentials.userId,
    });
    expect(wrapped?.payload).toMatchObject({
      Message__c: 'wrapped',
      Amount__c: 2,
      At__c: 1739547163458,
      CreatedById: bench.org.credentials.userId,
    });
    // REST gives events ids of its own, which shows that they went by REST.
    expect([plain?.id, wrapped?.id]).not.toContain('a');
  });

  it('asks nothing of the Pub/Sub API, neither for the topic nor to publish', async () => {
    await using bench = await startBench();
    const authorization = await bench.authorize({ pubsubEndpoint: '127.0.0.1:1' });
    const topics = new OrgTopicDirectory(
      bench.connections,
      new OrgRest(bench.tokens, { allowLoopback: true }),
    );
    const refusal = (topic: string) => topicRefusal(topics, authorization, topic, 'publish', 'rest');
    expect(await refusal(TOPIC)).toBeUndefined();
    expect(await refusal('/event/Nope__e')).toMatchObject({ id: 'unknown-topic' });
    bench.org.faults.deniedPublish = [TOPIC];
    expect(await refusal(TOPIC)).toMatchObject({ id: 'topic-not-permitted' });
    bench.org.faults.deniedPublish = [];
    const outcomes = await destination(bench).send(publication(bench), [event('a', { Message__c: 'x' })]);
    expect(kinds(outcomes)).toEqual(['delivered']);
    expect(messages(bench)).toEqual(['x']);
  });

  it('says that the org has no such event', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const target = { ...publication(bench), topic: '/event/Nope__e' };
    expect(await destination(bench).send(target, [event('a', {})])).toMatchObject([
      { kind: 'retry', errorId: 'unknown-topic', message: expect.stringContaining('Nope__e') },
    ]);
  });

  it('says of each event of a batch what became of it, without what was in it', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const tooLong = 'secret'.repeat(100);
    const outcomes = await destination(bench).send(publication(bench), [
      event('a', { Message__c: 'first' }),
      event('b', { Message__c: tooLong }),
      event('c', { Message__c: 'x', Amuont__c: 1 }),
      event('d', { Message__c: 'last' }),
      event('e', { At__c: Number.MAX_SAFE_INTEGER }),
    ]);
    expect(kinds(outcomes)).toEqual(['delivered', 'rejected', 'rejected', 'delivered', 'rejected']);
    expect(outcomes[4]).toMatchObject({ message: expect.stringContaining('(At__c)') });
    expect(outcomes[1]).toMatchObject({
      errorId: 'publish-string_too_long',
      message: 'Salesforce did not publish the event: STRING_TOO_LONG (Message__c)',
    });
    expect(outcomes[2]).toMatchObject({
      errorId: 'field-mismatch',
      message: expect.stringContaining('Amuont__c'),
    });
    expect(messages(bench)).toEqual(['first', 'last']);
  });

  it('follows fields that are added, removed and changed while it publishes', async () => {
    await using bench = await startBench();
    await bench.authorize();
    let aheadMs = 0;
    const target = destination(bench, bench.tokens, { now: () => Date.now() + aheadMs });
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

  it.each([403, 404, 503])('waits for the end of a page of HTML with status %i', async (status) => {
    await using bench = await startBench();
    await bench.authorize();
    const gateway = createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html>Maintenance</html>');
    });
    const instanceUrl = await listenOnLoopback(gateway);
    const target = destination(bench, {
      session: async (...asked) => {
        const result = await bench.tokens.session(...asked);
        return result.kind === 'session'
          ? { ...result, session: { ...result.session, instanceUrl } }
          : result;
      },
    });
    const outcomes = await target.send(publication(bench), [event('a', { Message__c: 'x' })]);
    expect(kinds(outcomes)).toEqual(['retry']);
    await stopServer(gateway);
  });

  it('takes a new access token when the one it has is refused, once', async () => {
    await using bench = await startBench();
    await bench.authorize();
    let renewals = 0;
    const target = destination(bench, {
      session: (appId, authorizationId, options) => {
        if (options?.refusedToken !== undefined) renewals += 1;
        return bench.tokens.session(appId, authorizationId, options);
      },
    });
    await target.send(publication(bench), [event('a', { Message__c: 'x' })]);
    bench.org.revokeAllTokens();
    const outcomes = await target.send(publication(bench), [event('b', { Message__c: 'y' })]);
    expect(kinds(outcomes)).toEqual(['delivered']);
    expect(messages(bench)).toEqual(['x', 'y']);
    expect(renewals).toBe(1);
  });

  it('waits longer when the hourly limit is reached, with the events that it refused', async () => {
    await using bench = await startBench({ faults: { publishedLimit: 1 } });
    await bench.authorize();
    const outcomes = await destination(bench).send(publication(bench), [
      event('a', { Message__c: 'x' }),
      event('b', { Message__c: 'y' }),
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'delivered' },
      { kind: 'retry', errorId: 'publish-limit_exceeded', retryAfterMs: 600_000 },
    ]);
    expect(messages(bench)).toEqual(['x']);
  });

  it.each([
    ['an unavailable server', { nextServerUnavailable: 1 }, /SERVER_UNAVAILABLE|unavailable/i],
    ['a user without API access', { apiDisabled: true }, /API is not enabled/i],
    ['a lost connection', { nextConnectionResets: 1 }, /./],
  ])('tries again after %s', async (_, faults, message) => {
    await using bench = await startBench();
    await bench.authorize();
    const target = destination(bench);
    // With a cached token and schema, only the REST call can fail.
    await target.send(publication(bench), [event('a', { Message__c: 'x' })]);
    Object.assign(bench.org.faults, faults);
    const events = [event('b', { Message__c: 'y' })];
    expect(await target.send(publication(bench), events)).toMatchObject([
      { kind: 'retry', message: expect.stringMatching(message) },
    ]);
    bench.org.faults.apiDisabled = false;
    expect(kinds(await target.send(publication(bench), events))).toEqual(['delivered']);
    expect(messages(bench)).toEqual(['x', 'y']);
  });
});
