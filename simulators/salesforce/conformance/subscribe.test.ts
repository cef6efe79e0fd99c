import { afterEach, describe, expect, test } from 'vitest';
import { PubSubConnection, sleep, start, stopAll, until } from './support.ts';

afterEach(stopAll);

const TOPIC = '/event/Sluice_Demo__e';
const EARLIEST = { replayPreset: 'EARLIEST' };
const custom = (replayId: Buffer) => ({ replayPreset: 'CUSTOM', replayId });
const number = (replayId: Buffer) => Number(replayId.readBigUInt64BE(0));

describe('reading', () => {
  test('EARLIEST gives all in order, CUSTOM what comes after the id, in 10 and in 8 bytes', async () => {
    const simulator = await start();
    simulator.publishMany('Sluice_Demo__e', 30, (index) => ({ Message__c: `m${index}` }));
    const connection = new PubSubConnection(simulator);
    const all = await connection.subscribe(TOPIC, 100, EARLIEST).received(30);
    const { type } = await connection.schema(TOPIC);
    expect(all.map((item) => type.fromBuffer(item.event.payload).Message__c)).toEqual(
      Array.from({ length: 30 }, (_, index) => `m${index}`),
    );
    const ids = all.map((item) => number(item.replayId));
    expect(ids).toEqual([...ids].sort((left, right) => left - right));
    expect(ids.at(-1)! - ids[0]!).toBeGreaterThan(29); // gaps
    expect(all[0]!.replayId).toHaveLength(10);
    expect(all[0]!.replayId.subarray(8)).toEqual(Buffer.alloc(2));
    const after = await connection.subscribe(TOPIC, 100, custom(all[9]!.replayId)).received(20);
    expect(after[0]!.replayId).toEqual(all[10]!.replayId);
    const short = await connection
      .subscribe(TOPIC, 100, custom(all[9]!.replayId.subarray(0, 8)))
      .received(20);
    expect(short[0]!.event.id).toBe(all[10]!.event.id);
    connection.close();
  });

  test('LATEST misses what is published in the settle window', async () => {
    const simulator = await start({ timing: { latestSettleMs: 150 } });
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe(TOPIC, 10);
    await until(
      () => simulator.openStreams().length === 1,
      () => 'the stream',
    );
    simulator.publishPlatformEvent('Sluice_Demo__e', {}, 'early');
    await sleep(250);
    simulator.publishPlatformEvent('Sluice_Demo__e', {}, 'late');
    expect((await stream.received(1)).map((item) => item.event.id)).toEqual(['late']);
    connection.close();
  });

  test('never more is outstanding than 100, and the responses say what is', async () => {
    const simulator = await start();
    simulator.publishMany('Sluice_Demo__e', 350, {});
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe(TOPIC, 5000, EARLIEST);
    await stream.received(100);
    await sleep(100);
    expect(stream.events).toHaveLength(100);
    expect(stream.responses.at(-1)!.pendingNumRequested).toBe(0);
    stream.write({ numRequested: 40 }); // the topic may be omitted
    await stream.received(140);
    stream.write({ topicName: TOPIC, numRequested: 5 });
    stream.write({ topicName: TOPIC, numRequested: 5 });
    await stream.received(150);
    await sleep(50);
    expect(stream.events).toHaveLength(150);
    connection.close();
  });

  test('responses stay under 3 MB and can be split further', async () => {
    const simulator = await start();
    simulator.publishMany('Sluice_Demo__e', 10, { Message__c: 'x'.repeat(500_000) });
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe(TOPIC, 10, EARLIEST);
    await stream.received(10);
    expect(stream.responses.map((response) => response.events.length)).toEqual([5, 5]);
    expect(stream.responses.map((response) => response.pendingNumRequested)).toEqual([5, 0]);
    simulator.faults.responseEventsMax = 3;
    const split = connection.subscribe(TOPIC, 10, EARLIEST);
    await split.received(10);
    expect(split.responses.map((response) => response.events.length)).toEqual([3, 3, 3, 1]);
    connection.close();
  });

  test('an idle stream gets keepalives whose replay id is ahead and can be resumed from', async () => {
    const simulator = await start({ timing: { keepaliveMs: 40 } });
    const first = simulator.publishPlatformEvent('Sluice_Demo__e', {});
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe(TOPIC, 10);
    await until(
      () => stream.responses.length >= 3,
      () => 'three keepalives',
    );
    expect(stream.events).toEqual([]);
    expect(stream.responses.map((response) => response.pendingNumRequested)).toEqual([10, 10, 10]);
    const ids = stream.responses.map((response) => number(response.latestReplayId));
    expect(ids[0]).toBeGreaterThan(number(first.replayId));
    expect(ids[2]).toBeGreaterThan(ids[0]!);
    const latest = stream.responses[1]!.latestReplayId;
    stream.cancel();
    simulator.publishPlatformEvent('Sluice_Demo__e', {}, 'next');
    const resumed = await connection.subscribe(TOPIC, 10, custom(latest)).received(1);
    expect(resumed[0]!.event.id).toBe('next');
    connection.close();
  });

  test('a stream with nothing asked for is closed', async () => {
    const simulator = await start({ timing: { idleCloseMs: 60 } });
    simulator.publishPlatformEvent('Sluice_Demo__e', {});
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe(TOPIC, 1, EARLIEST);
    await stream.received(1);
    expect((await stream.ending()).errorCode).toMatch(/^sfdc\.platform\.eventbus\.grpc\./);
    connection.close();
  });

  test('after 72 hours events are gone and their ids corrupted, but a keepalive keeps a cursor alive', async () => {
    const simulator = await start({ timing: { keepaliveMs: 20 } });
    const old = simulator.publishPlatformEvent('Sluice_Demo__e', {}, 'old');
    simulator.advanceClock(71 * 3_600_000);
    const connection = new PubSubConnection(simulator, undefined);
    const stream = connection.subscribe(TOPIC, 5);
    await until(
      () => stream.responses.length > 0,
      () => 'a keepalive',
    );
    const kept = stream.responses[0]!.latestReplayId;
    stream.cancel();
    simulator.advanceClock(2 * 3_600_000);
    simulator.publishPlatformEvent('Sluice_Demo__e', {}, 'new');
    const later = new PubSubConnection(simulator);
    const corrupted = await later.subscribe(TOPIC, 5, custom(old.replayId)).ending();
    expect(corrupted).toMatchObject({
      code: 3,
      errorCode: 'sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted',
    });
    expect((await later.subscribe(TOPIC, 5, EARLIEST).received(1)).map((item) => item.event.id)).toEqual([
      'new',
    ]);
    expect((await later.subscribe(TOPIC, 5, custom(kept)).received(1)).map((item) => item.event.id)).toEqual([
      'new',
    ]);
    expect(simulator.ledger(TOPIC).map((event) => event.id)).toEqual(['old', 'new']);
    connection.close();
    later.close();
  });
});

describe('channels', () => {
  test('carry events of several schemas, each with its own id', async () => {
    const simulator = await start();
    simulator.records.create('Account', { Name: 'Acme' });
    simulator.records.create('Contact', { LastName: 'Lee' });
    simulator.records.create('Opportunity', {
      Name: 'Deal',
      StageName: 'Prospecting',
      CloseDate: '2030-01-31',
    });
    const connection = new PubSubConnection(simulator);
    const all = await connection.subscribe('/data/ChangeEvents', 10, EARLIEST).received(3);
    expect(new Set(all.map((item) => item.event.schemaId)).size).toBe(3);
    const sales = connection.subscribe('/data/Sales__chn', 10, EARLIEST);
    expect((await sales.received(2)).map((item) => item.event.id)).toEqual([
      all[0]!.event.id,
      all[2]!.event.id,
    ]);
    const opportunity = await connection.schemaById(all[2]!.event.schemaId);
    expect(opportunity.fromBuffer(all[2]!.event.payload)).toMatchObject({
      Name: 'Deal',
      CloseDate: Date.UTC(2030, 0, 31),
    });
    connection.close();
  });

  test('a schema change mid-stream leaves what was published before readable', async () => {
    const simulator = await start();
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe('/data/OpportunityChangeEvent', 10, EARLIEST);
    const id = simulator.records.create('Opportunity', {
      Name: 'Deal',
      StageName: 'Prospecting',
      CloseDate: '2030-01-31',
    });
    simulator.addField('Opportunity', { name: 'Region__c', type: 'string', length: 20 });
    simulator.records.update(id, { Region__c: 'north' });
    const [before, after] = await stream.received(2);
    expect(before!.event.schemaId).not.toBe(after!.event.schemaId);
    const type = await connection.schemaById(after!.event.schemaId);
    expect(type.fromBuffer(after!.event.payload)).toMatchObject({ Region__c: 'north', Name: null });
    await expect(connection.schemaById(before!.event.schemaId)).resolves.toBeDefined();
    connection.close();
  });

  test('removing a channel ends its streams', async () => {
    const simulator = await start();
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe('/data/Sales__chn', 10);
    await until(
      () => simulator.openStreams().length === 1,
      () => 'the stream',
    );
    simulator.removeChannel('/data/Sales__chn');
    expect((await stream.ending()).errorCode).toContain('topic.not.found');
    connection.close();
  });
});

describe('refusals carry trailers', () => {
  const PREFIX = 'sfdc.platform.eventbus.grpc.';

  test('the authentication headers', async () => {
    const simulator = await start();
    const good = {
      accesstoken: simulator.authorize().accessToken,
      instanceurl: simulator.instanceUrl,
      tenantid: simulator.orgId,
    };
    for (const name of ['accesstoken', 'instanceurl', 'tenantid'] as const) {
      const connection = new PubSubConnection(simulator, { ...good, [name]: '' });
      expect((await connection.failure('GetTopic', { topicName: TOPIC })).errorCode).toBe(
        `${PREFIX}service.auth.headers.invalid`,
      );
      connection.close();
    }
    for (const wrong of [{ accesstoken: 'stale' }, { tenantid: '00D000000000000AAA' }]) {
      const connection = new PubSubConnection(simulator, { ...good, ...wrong });
      const failure = await connection.failure('GetTopic', { topicName: TOPIC });
      expect(failure).toMatchObject({ code: 16, errorCode: `${PREFIX}service.auth.error` });
      expect(failure.details).toMatch(/^An authentication exception occurred\. .* rpcId: [\w-]{36}$/);
      expect(failure.trailers).toMatchObject({ type: 'GetTopic', 'rpc-id': failure.details.slice(-36) });
      expect((await connection.subscribe(TOPIC, 1).ending()).code).toBe(16);
      connection.close();
    }
    const fifteen = new PubSubConnection(simulator, { ...good, tenantid: simulator.orgId.slice(0, 15) });
    await expect(fifteen.unary('GetTopic', { topicName: TOPIC })).resolves.toMatchObject({
      tenantGuid: `CORE/prod/${simulator.orgId}`,
      canPublish: true,
    });
    fifteen.close();
  });

  test.each([
    ['an unknown topic', { topicName: '/event/Nope__e', numRequested: 1 }, 'topic.not.found'],
    ['another case of a topic', { topicName: '/event/sluice_demo__e', numRequested: 1 }, 'topic.not.found'],
    ['no topic', { numRequested: 1 }, 'topic.validation.empty'],
    ['no events', { topicName: TOPIC, numRequested: 0 }, 'subscription.fetch.requested.events.invalid'],
    [
      'fewer than no events',
      { topicName: TOPIC, numRequested: -1 },
      'subscription.fetch.requested.events.invalid',
    ],
    [
      'CUSTOM without an id',
      { topicName: TOPIC, numRequested: 1, replayPreset: 'CUSTOM' },
      'subscription.fetch.replayid.validation.failed',
    ],
    [
      'an id of 3 bytes',
      { topicName: TOPIC, numRequested: 1, ...custom(Buffer.from('abc')) },
      'subscription.fetch.replayid.validation.failed',
    ],
    [
      'an id that never was',
      { topicName: TOPIC, numRequested: 1, ...custom(Buffer.alloc(10, 1).fill(0, 8)) },
      'subscription.fetch.replayid.validation.failed',
    ],
    [
      'an id from before',
      { topicName: TOPIC, numRequested: 1, ...custom(Buffer.from('00000000000000070000', 'hex')) },
      'subscription.fetch.replayid.corrupted',
    ],
  ])('%s', async (_name, request, code) => {
    const simulator = await start();
    const connection = new PubSubConnection(simulator);
    expect(await connection.stream('Subscribe', request).ending()).toMatchObject({
      errorCode: PREFIX + code,
    });
    connection.close();
  });

  test('a second request for another topic, and one for no events', async () => {
    const simulator = await start();
    const connection = new PubSubConnection(simulator);
    const mismatch = connection.subscribe(TOPIC, 1);
    mismatch.write({ topicName: '/event/Context__e', numRequested: 1 });
    expect(await mismatch.ending()).toMatchObject({
      code: 3,
      errorCode: `${PREFIX}subscription.fetch.topic.mismatch`,
    });
    const none = connection.subscribe(TOPIC, 1);
    none.write({ topicName: TOPIC, numRequested: 0 });
    expect((await none.ending()).errorCode).toBe(`${PREFIX}subscription.fetch.requested.events.invalid`);
    connection.close();
  });

  test("another topic's replay id, and any after the event stream was reset", async () => {
    const simulator = await start();
    const other = simulator.publishPlatformEvent('Context__e', { Context__c: 'x' });
    const own = simulator.publishPlatformEvent('Sluice_Demo__e', {});
    const connection = new PubSubConnection(simulator);
    expect((await connection.subscribe(TOPIC, 1, custom(other.replayId)).ending()).errorCode).toBe(
      `${PREFIX}subscription.fetch.replayid.corrupted`,
    );
    simulator.resetEventStream();
    expect((await connection.subscribe(TOPIC, 1, custom(own.replayId)).ending()).errorCode).toBe(
      `${PREFIX}subscription.fetch.replayid.corrupted`,
    );
    simulator.publishPlatformEvent('Sluice_Demo__e', {}, 'fresh');
    expect((await connection.subscribe(TOPIC, 1, EARLIEST).received(1))[0]!.event.id).toBe('fresh');
    connection.close();
  });
});

describe('faults', () => {
  test.each([
    ['reset-unavailable', 14, undefined, 'RST_STREAM closed stream. HTTP/2 error code: NO_ERROR'],
    ['reset-internal', 13, undefined, 'Received RST_STREAM with code 0'],
    [
      'service-unavailable',
      13,
      'sfdc.platform.eventbus.grpc.service.unavailable',
      'The service is unavailable. Try again later.',
    ],
    [
      'auth-error',
      16,
      'sfdc.platform.eventbus.grpc.service.auth.error',
      'An authentication exception occurred.',
    ],
    ['ok', 0, undefined, ''],
  ] as const)('a stream can end by %s after some events', async (ending, code, errorCode, details) => {
    const simulator = await start();
    simulator.publishMany('Sluice_Demo__e', 20, {});
    simulator.faults.dropStreamAfterEvents = 7;
    simulator.faults.dropStreamEnding = ending;
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe(TOPIC, 100, EARLIEST);
    const end = await stream.ending();
    expect(end).toMatchObject({ code, errorCode });
    expect(end.details).toContain(details);
    expect(stream.events).toHaveLength(7);
    connection.close();
  });

  test('half open: silence, until it is over', async () => {
    const simulator = await start({ timing: { keepaliveMs: 20 }, faults: { halfOpen: true } });
    simulator.publishPlatformEvent('Sluice_Demo__e', {});
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe(TOPIC, 1, EARLIEST);
    await sleep(150);
    expect(stream).toMatchObject({ responses: [], ended: undefined });
    simulator.faults.halfOpen = false;
    await stream.received(1);
    connection.close();
  });

  test('duplicates, and payloads that do not decode', async () => {
    const simulator = await start({ faults: { duplicateRate: 1, nextUndecodable: 1 } });
    const bad = simulator.publishPlatformEvent('Sluice_Demo__e', {});
    simulator.publishPlatformEvent('Sluice_Demo__e', {});
    const connection = new PubSubConnection(simulator);
    const events = await connection.subscribe(TOPIC, 10, EARLIEST).received(4);
    expect(events.map((item) => item.event.id)).toEqual([
      bad.id,
      bad.id,
      events[2]!.event.id,
      events[2]!.event.id,
    ]);
    const { type } = await connection.schema(TOPIC);
    expect(() => type.fromBuffer(events[0]!.event.payload)).toThrow();
    expect(simulator.ledger(TOPIC)[0]!.payload).toBeUndefined();
    connection.close();
  });

  test('a revoked token ends streams if wanted; else only the next call fails', async () => {
    const simulator = await start();
    const { accessToken } = simulator.authorize();
    const connection = new PubSubConnection(simulator, {
      accesstoken: accessToken,
      instanceurl: 'https://x',
      tenantid: simulator.orgId,
    });
    const stream = connection.subscribe(TOPIC, 10);
    await until(
      () => simulator.openStreams().length === 1,
      () => 'the stream',
    );
    simulator.revokeToken(accessToken);
    simulator.publishPlatformEvent('Sluice_Demo__e', {});
    await stream.received(1);
    expect((await connection.failure('GetTopic', { topicName: TOPIC })).code).toBe(16);
    simulator.revokeAllTokens({ endStreams: true });
    expect((await stream.ending()).errorCode).toContain('service.auth.error');
    connection.close();
  });

  test('a permission that is taken ends streams after the delay', async () => {
    const simulator = await start({ faults: { permissionDelayMs: 100 } });
    const connection = new PubSubConnection(simulator);
    const stream = connection.subscribe(TOPIC, 10);
    await until(
      () => simulator.openStreams().length === 1,
      () => 'the stream',
    );
    simulator.faults.deniedSubscribe.push(TOPIC);
    expect((await stream.ending()).errorCode).toContain('subscription.topic.cannot.subscribe');
    await expect(connection.unary('GetTopic', { topicName: TOPIC })).resolves.toMatchObject({
      canSubscribe: false,
    });
    connection.close();
  });

  test('the delivery allocation is shared by all clients and ends streams', async () => {
    const simulator = await start({ faults: { deliveredLimit: 15 } });
    simulator.publishMany('Sluice_Demo__e', 10, {});
    const connection = new PubSubConnection(simulator);
    await connection.subscribe(TOPIC, 10, EARLIEST).received(10);
    expect((await connection.subscribe(TOPIC, 10, EARLIEST).ending()).errorCode).toContain(
      'subscription.limit.exceeded',
    );
    simulator.advanceClock(25 * 3_600_000);
    await new PubSubConnection(simulator).subscribe(TOPIC, 10, EARLIEST).received(10);
    connection.close();
  });

  test('the next calls fail as unavailable; a cut transport ends streams', async () => {
    const simulator = await start({ faults: { nextServiceUnavailable: 2 } });
    const connection = new PubSubConnection(simulator);
    expect(await connection.subscribe(TOPIC, 1).ending()).toMatchObject({
      code: 13,
      errorCode: 'sfdc.platform.eventbus.grpc.service.unavailable',
    });
    expect((await connection.failure('GetTopic', { topicName: TOPIC })).code).toBe(13);
    const stream = connection.subscribe(TOPIC, 1);
    await until(
      () => simulator.openStreams().length === 1,
      () => 'the stream',
    );
    simulator.dropConnections();
    expect([13, 14]).toContain((await stream.ending()).code);
    await expect(connection.unary('GetTopic', { topicName: TOPIC })).resolves.toBeDefined();
    connection.close();
  });

  test('GetSchema can be slow', async () => {
    const simulator = await start({ faults: { getSchemaDelayMs: 120 } });
    const connection = new PubSubConnection(simulator);
    const from = Date.now();
    await connection.schema(TOPIC);
    expect(Date.now() - from).toBeGreaterThanOrEqual(115);
    connection.close();
  });
});

test('20,000 events through many endings arrive once each and in order, if one resumes after the last', async () => {
  const simulator = await start({ faults: { splitRandomly: true, dropStreamAfterEvents: 331 } });
  const connection = new PubSubConnection(simulator);
  const endings = ['reset-unavailable', 'reset-internal', 'service-unavailable', 'ok'] as const;
  const received: string[] = [];
  let last: Buffer | undefined;
  let streams = 0;
  const publishing = (async () => {
    for (let batch = 0; batch < 20; batch += 1) {
      simulator.publishMany('Sluice_Demo__e', 1000, {});
      await sleep(10);
    }
  })();
  while (received.length < 20_000) {
    simulator.faults.dropStreamEnding = endings[streams % endings.length]!;
    const stream = connection.subscribe(TOPIC, 100, last === undefined ? EARLIEST : custom(last));
    let asked = 100;
    await until(
      () => {
        if (stream.events.length > asked - 50 && stream.ended === undefined) {
          stream.write({ numRequested: 50 });
          asked += 50;
        }
        return stream.ended !== undefined || received.length + stream.events.length >= 20_000;
      },
      () => `the end of stream ${streams}`,
    );
    received.push(...stream.events.map((item) => item.event.id));
    last = stream.events.at(-1)?.replayId ?? last;
    stream.cancel();
    streams += 1;
  }
  await publishing;
  expect(received).toEqual(simulator.ledger(TOPIC).map((event) => event.id));
  expect(streams).toBeGreaterThan(50);
  connection.close();
});
