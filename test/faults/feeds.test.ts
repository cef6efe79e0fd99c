import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isJsonObject } from '../../src/base/json.ts';
import { parsePollMessage } from '../../src/domain/feeds/poll-message.ts';
import { type Bench, startBench, TEST_TIMING, until } from '../support/salesforce.ts';

const EVENT = 'Context__e';
const TOPIC = `/event/${EVENT}`;
const CDC_TOPIC = '/data/OpportunityChangeEvent';

function publish(bench: Bench, count: number, from = 0): string[] {
  return Array.from(
    { length: count },
    (_, index) => bench.org.publishPlatformEvent(EVENT, { Context__c: `${from + index}` }).id,
  );
}

async function streamOpen(bench: Bench, topic = TOPIC): Promise<void> {
  await until(`a stream of ${topic}`, () => bench.org.openStreams().some((open) => open.topic === topic));
}

async function arrived(bench: Bench, ids: readonly string[]): Promise<void> {
  await until(`${ids.length} events on the queue, found ${bench.queued().length}`, () => {
    const queued = new Set(bench.queuedIds());
    return ids.every((id) => queued.has(id));
  });
}

describe('a feed, when all is well', () => {
  it('queues change events as CloudEvents with bitmaps expanded and 64-bit integers exact', async () => {
    await using bench = await startBench({ faults: { commitNumberOffset: '1736877279422521345' } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(CDC_TOPIC, { replay: 'earliest' });
    const id = bench.org.records.create('Opportunity', {
      Name: 'Big',
      StageName: 'Prospecting',
      CloseDate: '2026-12-01',
      Amount: 5,
    });
    bench.org.records.update(id, { StageName: 'Closed Won', Amount: null });
    void bench.start([feedId]);
    await until('two events', () => bench.queued().length === 2);
    const [created, updated] = bench.queued();
    const ledger = bench.org.ledger(CDC_TOPIC);
    expect(created).toMatchObject({
      id: ledger[0]!.id,
      source: `//${new URL(bench.org.instanceUrl).host}/${bench.org.orgId}`,
      type: 'com.salesforce.cdc.Opportunity.CREATE',
      subject: CDC_TOPIC,
      datacontenttype: 'application/json',
      partitionkey: id,
      data: { Name: 'Big', Amount: 5 },
    });
    expect(updated).toMatchObject({ id: ledger[1]!.id, type: 'com.salesforce.cdc.Opportunity.UPDATE' });
    const data = updated!.data;
    const header = isJsonObject(data) ? data['ChangeEventHeader'] : undefined;
    expect(header).toMatchObject({
      changeType: 'UPDATE',
      recordIds: [id],
      changedFields: expect.arrayContaining(['StageName', 'Amount', 'LastModifiedDate']),
      nulledFields: ['Amount'],
      diffFields: [],
    });
    const commitNumber = isJsonObject(header) ? header['commitNumber'] : undefined;
    expect(typeof commitNumber).toBe('bigint');
    expect(commitNumber).toBeGreaterThan(1736877279422521345n);
  });

  it('names the parts of compound fields, and gives the raw form to who asked for it', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const topic = '/data/AccountChangeEvent';
    const plain = await bench.subscribe(topic, { replay: 'earliest' });
    const raw = await bench.subscribe(topic, { replay: 'earliest', format: 'avro-json' });
    const id = bench.org.records.create('Account', { Name: 'Acme' });
    bench.org.records.update(id, { BillingCity: 'Graz', BillingCountry: 'Austria' });
    void bench.start([plain.feedId]);
    await until('four events', () => bench.queued().length === 4);
    const updates = bench.queued().filter((event) => event.type.endsWith('.UPDATE'));
    const of = (subscriptionId: string) =>
      bench.queue.inner.messages
        .filter(({ groupId }) => groupId?.endsWith(`/publication-of-${subscriptionId}`))
        .map(({ body }) => JSON.parse(body.slice(body.indexOf('\n') + 1)))
        .find((event: { type: string }) => event.type.endsWith('.UPDATE'));
    expect(updates).toHaveLength(2);
    expect(of(plain.id).data.BillingAddress).toMatchObject({
      City: 'Graz',
      Country: 'Austria',
      Street: null,
    });
    expect(of(plain.id).data.ChangeEventHeader.changedFields).toEqual(
      expect.arrayContaining(['BillingAddress.City', 'BillingAddress.Country']),
    );
    expect(of(raw.id).data.BillingAddress).toEqual({
      'com.sforce.eventbus.Address': expect.objectContaining({
        City: { string: 'Graz' },
        Country: { string: 'Austria' },
      }),
    });
    expect(of(raw.id).data.ChangeEventHeader.changedFields).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\d+-0x[0-9A-F]+$/)]),
    );
  });

  it('becomes active with the first frame, moves its cursor with what was queued, and counts it', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC);
    void bench.start([feedId]);
    await until(
      'an active feed by keepalive alone',
      async () => (await bench.feed(feedId)).state === 'active',
    );
    expect((await bench.feed(feedId)).cursor).toBeDefined();
    const ids = publish(bench, 250);
    await arrived(bench, ids);
    await until('the cursor', async () => (await bench.feed(feedId)).acceptedCount === 250);
    const feed = await bench.feed(feedId);
    expect(feed.lastEventAtMs).toBeGreaterThan(Date.now() - 60_000);
    expect(bench.queuedIds()).toEqual(ids);
  });

  it('runs filters before the queue, and stores what a filter fails on', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, {
      replay: 'earliest',
      filter:
        'root = if this.Context__c == "fails" { throw("no") } else if this.Context__c == "keep" { this } else { deleted() }',
    });
    for (const value of ['drop', 'keep', 'fails', 'drop']) {
      bench.org.publishPlatformEvent(EVENT, { Context__c: value });
    }
    void bench.start([feedId]);
    await until('the cursor', async () => (await bench.feed(feedId)).acceptedCount === 4);
    expect(bench.queued().map((event) => event.data)).toMatchObject([{ Context__c: 'keep' }]);
    const { deliveries } = await bench.stores.deliveries.list((await bench.feed(feedId)).appId, {
      limit: 10,
    });
    expect(deliveries).toMatchObject([{ status: 'rejected', stage: 'filter' }]);
  });

  it('follows a schema that changes while the stream is open', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC);
    void bench.start([feedId]);
    await streamOpen(bench);
    publish(bench, 1);
    bench.org.addField(EVENT, { name: 'Extra__c', type: 'double' });
    bench.org.publishPlatformEvent(EVENT, { Context__c: 'x', Extra__c: 4.5 });
    await until('both events', () => bench.queued().length === 2);
    const [before, after] = bench.queued();
    expect(after?.data).toMatchObject({ Extra__c: 4.5 });
    expect(before?.['schemaid']).not.toBe(after?.['schemaid']);
  });

  it('gives GAP events as they are', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(CDC_TOPIC);
    void bench.start([feedId]);
    await streamOpen(bench, CDC_TOPIC);
    bench.org.emitGap('Opportunity', 'GAP_UPDATE', ['006SM0000000009YAA']);
    bench.org.emitGap('Opportunity', 'GAP_OVERFLOW', ['000000000000000AAA']);
    await until('both', () => bench.queued().length === 2);
    expect(bench.queued().map((event) => event.type)).toEqual([
      'com.salesforce.cdc.Opportunity.GAP_UPDATE',
      'com.salesforce.cdc.Opportunity.GAP_OVERFLOW',
    ]);
  });
});

describe('a feed under faults loses nothing', () => {
  it.each([
    ['a reset without trailers', 'reset-unavailable'],
    ['a reset without a gRPC status', 'reset-internal'],
    ['service.unavailable, sent as INTERNAL', 'service-unavailable'],
    ['service.auth.error', 'auth-error'],
    ['an end without an error', 'ok'],
  ] as const)('when the stream ends again and again by %s', async (_, ending) => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorizeByRefreshToken();
    const { feedId } = await bench.subscribe(TOPIC);
    void bench.start([feedId]);
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    const ids: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      ids.push(...publish(bench, 20, round * 20));
      await arrived(bench, ids);
      expect(bench.org.endStreams(ending)).toBe(1);
      // Published while nobody listens.
      ids.push(...publish(bench, 5, 1_000 + round * 5));
      await arrived(bench, ids);
      await streamOpen(bench);
    }
    expect(bench.queuedIds()).toEqual(ids);
  });

  it('when streams drop in the middle of batches', async () => {
    await using bench = await startBench({
      timing: { keepaliveMs: 50 },
      faults: { dropStreamAfterEvents: 37, splitRandomly: true },
      seed: 7,
    });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const ids = publish(bench, 1_000);
    void bench.start([feedId]);
    await arrived(bench, ids);
    // Within one process nothing is read twice: a stream resumes after the last accepted event.
    expect(bench.queuedIds()).toEqual(ids);
  });

  it('when events come twice: both have the same id', async () => {
    await using bench = await startBench({ faults: { duplicateRate: 1 } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const ids = publish(bench, 5);
    void bench.start([feedId]);
    await until('ten events', () => bench.queued().length === 10);
    expect(bench.queuedIds()).toEqual(ids.flatMap((id) => [id, id]));
  });

  it('when the queue refuses half of a batch for a while', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    let calls = 0;
    bench.queue.refuses = () => {
      calls += 1;
      // Every second message of the first attempt.
      return calls <= 60 && calls % 2 === 0;
    };
    const ids = publish(bench, 60);
    void bench.start([feedId]);
    await arrived(bench, ids);
    // Only the refused messages were sent again: there are no duplicates.
    expect(bench.queuedIds().toSorted()).toEqual(ids.toSorted());
    await until('the cursor', async () => (await bench.feed(feedId)).acceptedCount === 60);
  });

  it('when the queue refuses for long: the cursor stays before what was refused, and the feed says why', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const ids = publish(bench, 30);
    const blocked = ids[10]!;
    bench.queue.refuses = (message) => message.body.includes(blocked);
    await bench.start([feedId]);
    const feed = await bench.feed(feedId);
    expect(feed.state).toBe('waiting');
    expect(feed.reason).toMatchObject({
      id: 'queue-refused',
      message: expect.stringContaining('ServiceUnavailable'),
    });
    expect(feed.notBeforeMs).toBeGreaterThan(Date.now());
    expect(feed.acceptedCount).toBe(10);
    // The queue accepts events again: the feed continues with the refused one.
    bench.queue.refuses = () => false;
    await bench.stores.feeds.setState(feedId, { state: 'active' });
    void bench.start([feedId]);
    await arrived(bench, ids);
    expect(new Set(bench.queuedIds())).toEqual(new Set(ids));
  });

  it('when its access token is revoked in the middle: it renews, and a rotated refresh token is kept', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    bench.org.configureApp({ rotateRefreshTokens: true });
    await bench.authorizeByRefreshToken();
    const { feedId } = await bench.subscribe(TOPIC);
    void bench.start([feedId]);
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    const ids = publish(bench, 3);
    for (let round = 0; round < 3; round += 1) {
      bench.org.revokeAllTokens({ endStreams: true });
      ids.push(...publish(bench, 3));
      await arrived(bench, ids);
    }
    expect(bench.queuedIds()).toEqual(ids);
    expect(bench.log.of('AUTHORIZATION_DEAD')).toEqual([]);
  });

  it('when the token endpoint cannot be reached for a moment: the session itself tries again', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorizeByRefreshToken();
    const { feedId } = await bench.subscribe(TOPIC);
    void bench.start([feedId], { timing: { retryMs: 500 } });
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    bench.org.faults.nextConnectionResets = 1;
    bench.org.revokeAllTokens({ endStreams: true });
    await arrived(bench, publish(bench, 3));
    expect(bench.log.of('AUTHORIZATION_FAILING')).toMatchObject([{ reason: 'login-unreachable' }]);
    expect(bench.log.of('FEED_ENDED')).toEqual([]);
  });

  it('when no token can be had for a while, but the stream is open: it stays open', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorizeByRefreshToken();
    const { feedId } = await bench.subscribe(TOPIC);
    void bench.start([feedId]);
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    // Its schema is cached: the next event needs no further call.
    await arrived(bench, publish(bench, 1));
    bench.org.faults.maintenance = true;
    bench.org.revokeAllTokens();
    await until('a refused check', () => bench.log.of('AUTHORIZATION_FAILING').length > 0);
    await sleep(3 * TEST_TIMING.leaseRenewMs);
    await arrived(bench, publish(bench, 3));
    expect(bench.log.of('FEED_FAILED')).toEqual([]);
    expect(bench.org.openStreams()).toHaveLength(1);
  });

  it('when the stream is half open: it is noticed and opened anew', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC);
    void bench.start([feedId], { silenceMsMax: 300 });
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    bench.org.faults.halfOpen = true;
    const ids = publish(bench, 5);
    await until('the silence to be noticed', () =>
      bench.log.of('FEED_FAILED').some((fields) => fields['reason'] === 'stream-silent'),
    );
    bench.org.faults.halfOpen = false;
    await arrived(bench, ids);
  });

  it('when Salesforce gives one error code after the other that may pass', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const ids = publish(bench, 3);
    bench.org.faults.errorCodesToCome = [
      'subscription.internal.error',
      'topic.api.unavailable',
      'subscription.fetch.replay.repeated',
      'service.auth.error',
      'schema.api.unavailable',
    ];
    void bench.start([feedId]);
    await arrived(bench, ids);
    expect(bench.queuedIds()).toEqual(ids);
    expect(bench.org.faults.errorCodesToCome).toEqual([]);
  });

  it('when GetSchema is slow or unavailable', async () => {
    await using bench = await startBench({ faults: { getSchemaDelayMs: 300 } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const ids = publish(bench, 5);
    void bench.start([feedId]);
    await streamOpen(bench);
    bench.org.faults.nextServiceUnavailable = 2;
    await arrived(bench, ids);
    expect(bench.queuedIds()).toEqual(ids);
  });

  it('when the connection is cut under all streams', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC);
    void bench.start([feedId]);
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    bench.org.dropConnections();
    const ids = publish(bench, 10);
    await arrived(bench, ids);
    expect(bench.queuedIds()).toEqual(ids);
  });

  it('puts an event that cannot be decoded into quarantine, raw, and goes on', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const before = publish(bench, 2);
    const bad = bench.org.publishRaw(TOPIC, Buffer.from([0xff, 0xff, 0xff]));
    const after = publish(bench, 2);
    void bench.start([feedId]);
    await arrived(bench, [...before, ...after]);
    expect(bench.queuedIds()).not.toContain(bad.id);
    const [kept] = await bench.quarantine.list(feedId, 10);
    expect(kept).toMatchObject({
      eventId: bad.id,
      cursor: bad.replayId.toString('base64'),
      message: expect.stringContaining('does not fit its schema Context__e'),
    });
    const whole = await bench.quarantine.get(feedId, kept!.cursor);
    expect(Buffer.from(whole!.payload)).toEqual(Buffer.from([0xff, 0xff, 0xff]));
    await until('the gap', async () => (await bench.feed(feedId)).gaps.length === 1);
    expect((await bench.feed(feedId)).gaps[0]).toMatchObject({ message: expect.stringContaining(bad.id) });
    expect(bench.log.of('FEED_EVENT_UNDECODABLE')).toHaveLength(1);
  });

  it('does not stand still for many events of one kind that cannot be decoded', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    for (let each = 0; each < 80; each += 1) bench.org.publishRaw(TOPIC, Buffer.from([0xff, 0xff, 0xff]));
    const ids = publish(bench, 1);
    void bench.start([feedId]);
    await arrived(bench, ids);
    expect(await bench.quarantine.list(feedId, 100)).toHaveLength(80);
  });

  it('says once that events may be missing when the store fails in between, and counts them once', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(CDC_TOPIC, { replay: 'earliest' });
    const { feeds } = bench.stores;
    let failures = 1;
    const setState = feeds.setState.bind(feeds);
    feeds.setState = (id, change, lease) => {
      if (change.gap === undefined || failures === 0) return setState(id, change, lease);
      failures -= 1;
      throw new Error('the store is down');
    };
    bench.org.emitGap('Opportunity', 'GAP_OVERFLOW', ['000000000000000AAA']);
    void bench.start([feedId]);
    await until('the cursor', async () => (await bench.feed(feedId)).state === 'active');
    await sleep(3 * TEST_TIMING.cursorWriteMs);
    expect(await bench.feed(feedId)).toMatchObject({ acceptedCount: 1, gaps: [{}] });
  });

  it('puts an event whose schema nobody knows into quarantine', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    bench.org.publishRaw(TOPIC, Buffer.from([1]), 'AAAAAAAAAAAAAAAAAAAAAA');
    const ids = publish(bench, 1);
    void bench.start([feedId]);
    await arrived(bench, ids);
    expect(await bench.quarantine.list(feedId, 10)).toMatchObject([{ schemaId: 'AAAAAAAAAAAAAAAAAAAAAA' }]);
  });
});

describe('a cursor that Salesforce no longer takes', () => {
  async function feedWithLostCursor(bench: Bench, onInvalidCursor: 'earliest' | 'latest' | 'stop') {
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest', onInvalidCursor });
    const before = publish(bench, 3);
    const run = bench.start([feedId]);
    await arrived(bench, before);
    await until('the cursor', async () => (await bench.feed(feedId)).acceptedCount === 3);
    bench.org.resetEventStream(TOPIC);
    return { feedId, run, before };
  }

  it('is given up for the earliest event', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    const { feedId } = await feedWithLostCursor(bench, 'earliest');
    const after = publish(bench, 3);
    await arrived(bench, after);
    const { gaps, replay } = await bench.feed(feedId);
    expect(gaps).toMatchObject([
      { message: expect.stringMatching(/Events may have been missed.*72 hours/s) },
    ]);
    expect(replay).toBe('earliest');
    expect(bench.log.of('FEED_GAP')).toMatchObject([{ policy: 'earliest' }]);
  });

  it('is given up for what comes from now on', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    const { feedId } = await feedWithLostCursor(bench, 'latest');
    await until('the gap', async () => (await bench.feed(feedId)).gaps.length === 1);
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    const after = publish(bench, 3);
    await arrived(bench, after);
  });

  it('stops the feed, with its reason', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    const { feedId, run } = await feedWithLostCursor(bench, 'stop');
    await run;
    const feed = await bench.feed(feedId);
    expect(feed.state).toBe('stopped');
    expect(feed.reason).toMatchObject({
      id: 'subscription.fetch.replayid.corrupted',
      message: expect.stringContaining('Rewind it'),
    });
    expect(feed.gaps).toHaveLength(1);
    // The old position stays visible.
    expect(feed.cursor).toBeDefined();
  });
});

describe('sessions', () => {
  it('are handed over at their deadline, and the next one goes on without a gap or a repeat', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC);
    const first = bench.start([feedId], { forMs: 500 });
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    const ids = publish(bench, 50);
    await first;
    ids.push(...publish(bench, 50));
    expect(bench.pollQueue.messages.map((body) => parsePollMessage(body).feedIds)).toEqual([[feedId]]);
    void bench.start([feedId]);
    await arrived(bench, ids);
    expect(bench.queuedIds()).toEqual(ids);
  });

  it('are handed over each by itself: one whose frame the queue refuses does not keep the others', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const slow = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const quick = await bench.subscribe(CDC_TOPIC);
    let free = () => {};
    const held = new Promise<void>((resolve) => {
      free = resolve;
    });
    const send = bench.queue.send.bind(bench.queue);
    bench.queue.send = async (messages) => {
      await held;
      return send(messages);
    };
    publish(bench, 1);
    const run = bench.start([slow.feedId, quick.feedId], { forMs: 300 });
    const handedOver = () => bench.pollQueue.messages.flatMap((body) => parsePollMessage(body).feedIds);
    await until('the quick one', () => handedOver().includes(quick.feedId));
    expect(handedOver()).toEqual([quick.feedId]);
    free();
    await run;
    expect(handedOver()).toEqual([quick.feedId, slow.feedId]);
  });

  it('are not opened by two workers at the same time', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const ids = publish(bench, 200);
    void bench.start([feedId]);
    await bench.start([feedId]);
    void bench.start([feedId], { forMs: 100 });
    await arrived(bench, ids);
    expect(bench.org.openStreams()).toHaveLength(1);
    expect(bench.queuedIds()).toEqual(ids);
  });

  it('end at once when the lease is lost, and write nothing more', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC);
    const run = bench.start([feedId]);
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    // The owner's request ends the lease.
    await bench.stores.feeds.setState(feedId, { state: 'paused' });
    await run;
    await until('the stream to be cancelled', () => bench.org.openStreams().length === 0);
    expect((await bench.feed(feedId)).state).toBe('paused');
    expect(bench.log.of('FEED_LEASE_LOST')).toHaveLength(1);
    expect(bench.pollQueue.messages).toEqual([]);
  });

  it('take up feeds that become free while others are read, over one connection', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const first = await bench.subscribe(TOPIC);
    void bench.start([first.feedId]);
    await streamOpen(bench);
    const second = await bench.subscribe(CDC_TOPIC);
    await until('the second feed', async () => (await bench.feed(second.feedId)).state === 'active');
    expect(bench.log.of('FEED_STARTED').map((fields) => fields['feedId'])).toContain(second.feedId);
  });

  it('give the next event to a subscription in another form that came while the feed waited for it', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const plain = await bench.subscribe(TOPIC, { replay: 'earliest' });
    void bench.start([plain.feedId]);
    await arrived(bench, publish(bench, 1));
    const wrapped = await bench.subscribe(TOPIC, { format: 'avro-json' });
    await sleep(2 * TEST_TIMING.routesKeptMs);
    publish(bench, 1);
    const groups = () => bench.queue.inner.messages.map(({ groupId }) => groupId);
    await until('both to have it', () => groups().length === 3);
    expect(groups()).toContain(`${wrapped.appId}/publication-of-${wrapped.id}`);
  });

  it('do not pass over an event that came just after the last subscription was paused', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const subscription = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const run = bench.start([subscription.feedId]);
    await arrived(bench, publish(bench, 1));
    // The process that pauses it dies before the feed learns of it.
    await bench.stores.subscriptions.update({ ...subscription, paused: true });
    await sleep(2 * TEST_TIMING.routesKeptMs);
    const [id = ''] = publish(bench, 1);
    await run;
    const paused = await bench.stores.subscriptions.get(subscription.appId, subscription.id);
    await bench.stores.subscriptions.update({ ...paused!, paused: false });
    await bench.stores.feeds.setState(subscription.feedId, { state: 'active' });
    void bench.start([subscription.feedId]);
    await arrived(bench, [id]);
  });

  it('know the subscription of a feed that is newer than what they keep', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const first = await bench.subscribe(TOPIC);
    void bench.start([first.feedId], { timing: { routesKeptMs: 60_000 } });
    await until('the first feed', async () => (await bench.feed(first.feedId)).state === 'active');
    const second = await bench.subscribe(CDC_TOPIC);
    await until('the second feed', async () => (await bench.feed(second.feedId)).state === 'active');
  });

  it('leave a feed alone that no subscription wants, with its cursor where it is', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const subscription = await bench.subscribe(TOPIC, { replay: 'earliest' });
    const run = bench.start([subscription.feedId]);
    await arrived(bench, publish(bench, 2));
    await bench.stores.subscriptions.update({ ...subscription, paused: true });
    await run;
    const { state, reason, cursor } = await bench.feed(subscription.feedId);
    expect({ state, id: reason?.id }).toEqual({ state: 'waiting', id: 'no-subscription' });
    publish(bench, 2);
    expect((await bench.feed(subscription.feedId)).cursor).toBe(cursor);
  });
});

describe('what a person has to mend is said on the feed', () => {
  it('a topic that does not exist', async () => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe('/event/Nope__e');
    await bench.start([feedId]);
    expect(await bench.feed(feedId)).toMatchObject({
      state: 'stopped',
      reason: { message: expect.stringMatching(/no such topic.*Check the topic name/s) },
    });
  });

  it('a permission that is missing', async () => {
    await using bench = await startBench();
    await bench.authorize();
    bench.org.faults.deniedSubscribe = [TOPIC];
    const { feedId } = await bench.subscribe(TOPIC);
    await bench.start([feedId]);
    expect(await bench.feed(feedId)).toMatchObject({
      state: 'stopped',
      reason: { message: expect.stringContaining('permission set') },
    });
  });

  it.each([
    ['service.tenant.license', 'stopped'],
    ['service.auth.headers.invalid', 'stopped'],
    ['schema.meta.permission', 'stopped'],
    ['service.protection.triggered', 'waiting'],
    ['concurrent.client.limit.exceeded', 'waiting'],
    ['subscription.limit.exceeded', 'waiting'],
    ['some.new.limit.exceeded', 'waiting'],
  ])('the error code %s', async (code, state) => {
    await using bench = await startBench();
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC);
    bench.org.faults.errorCodesToCome = [code];
    await bench.start([feedId]);
    expect(await bench.feed(feedId)).toMatchObject({ state, reason: { id: code } });
  });

  it('an allocation that is used up', async () => {
    await using bench = await startBench({ faults: { deliveredLimit: 5 } });
    await bench.authorize();
    const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    publish(bench, 20);
    await bench.start([feedId]);
    const feed = await bench.feed(feedId);
    expect(feed).toMatchObject({
      state: 'waiting',
      reason: { id: 'subscription.limit.exceeded', message: expect.stringContaining('allocation') },
    });
    expect(feed.notBeforeMs).toBeGreaterThan(Date.now() + 600_000);
  });

  it('an authorization that was revoked', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorizeByRefreshToken();
    const { feedId } = await bench.subscribe(TOPIC);
    const run = bench.start([feedId]);
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    bench.org.revokeAllTokens({ refreshTokens: true, endStreams: true });
    await run;
    expect(await bench.feed(feedId)).toMatchObject({
      state: 'waiting',
      reason: { message: expect.stringContaining('Authorize the org again') },
    });
    expect(bench.log.of('AUTHORIZATION_DEAD')).toHaveLength(1);
  });

  it('an authorization that was revoked, although the stream stays open', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorizeByRefreshToken();
    const { feedId } = await bench.subscribe(TOPIC);
    const run = bench.start([feedId]);
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    // A new access token does not affect the stream.
    bench.org.revokeAllTokens();
    await arrived(bench, publish(bench, 1));
    bench.org.revokeAllTokens({ refreshTokens: true });
    await run;
    expect(await bench.feed(feedId)).toMatchObject({
      state: 'waiting',
      reason: { id: 'refresh-token-expired' },
    });
  });

  it('an endpoint that cannot be reached', async () => {
    await using bench = await startBench();
    await bench.authorize({ pubsubEndpoint: '127.0.0.1:1' });
    const { feedId } = await bench.subscribe(TOPIC);
    await bench.start([feedId], { forMs: 5_000 });
    expect(await bench.feed(feedId)).toMatchObject({
      state: 'waiting',
      reason: { id: 'unavailable', message: expect.stringContaining('port 443') },
    });
  });
});
