import { afterEach, describe, expect, test } from 'vitest';
import { PubSubConnection, start, stopAll, until } from './support.ts';

afterEach(stopAll);

const TOPIC = '/event/Sluice_Demo__e';

interface PublishAnswer {
  readonly results: readonly {
    readonly replayId: Buffer;
    readonly correlationKey: string;
    readonly error: { readonly code: string; readonly msg: string } | null;
  }[];
  readonly schemaId: string;
}

async function setUp() {
  const simulator = await start();
  const connection = new PubSubConnection(simulator);
  const { id, type } = await connection.schema(TOPIC);
  const event = (message: string | null, key = '') => ({
    id: key,
    schemaId: id,
    payload: type.toBuffer({
      CreatedDate: 1,
      CreatedById: '005',
      Message__c: message,
      Amount__c: null,
      At__c: null,
    }),
  });
  return { simulator, connection, event, schemaId: id };
}

describe('Publish', () => {
  test('answers in order, echoes ids, and delivers them as event ids', async () => {
    const { simulator, connection, event } = await setUp();
    const stream = connection.subscribe(TOPIC, 10, { replayPreset: 'EARLIEST' });
    const answer = await connection.unary<PublishAnswer>('Publish', {
      topicName: TOPIC,
      events: [event('a', 'one'), event(null), event('c', 'three')],
    });
    expect(answer.results.map((result) => result.correlationKey)).toEqual([
      'one',
      expect.stringMatching(/^[\w-]{36}$/),
      'three',
    ]);
    const events = await stream.received(3);
    expect(events.map((item) => item.event.id)).toEqual(
      answer.results.map((result) => result.correlationKey),
    );
    expect(events.map((item) => item.replayId)).toEqual(answer.results.map((result) => result.replayId));
    expect(simulator.ledger(TOPIC).map((item) => item.payload)).toMatchObject([
      { Message__c: 'a' },
      { Message__c: null },
      { Message__c: 'c' },
    ]);
    connection.close();
  });

  test('one event that is too large or fails leaves the others alone', async () => {
    const { simulator, connection, event } = await setUp();
    const answer = await connection.unary<PublishAnswer>('Publish', {
      topicName: TOPIC,
      events: [event('x'.repeat(1_100_000), 'big'), event('ok', 'small')],
    });
    expect(answer.results[0]).toMatchObject({ correlationKey: 'big', error: { code: 'PUBLISH' } });
    expect(answer.results[1]!.error).toBeNull();
    simulator.faults.nextPublishErrors = 1;
    const partly = await connection.unary<PublishAnswer>('Publish', {
      topicName: TOPIC,
      events: [event('1'), event('2')],
    });
    expect(partly.results.map((result) => result.error === null)).toEqual([false, true]);
    expect(simulator.ledger(TOPIC)).toHaveLength(2);
    connection.close();
  });

  test('above 4 MB the proxy cuts the call', async () => {
    const { connection, event } = await setUp();
    const events = Array.from({ length: 5 }, () => event('x'.repeat(900_000)));
    expect(await connection.failure('Publish', { topicName: TOPIC, events })).toMatchObject({
      code: 14,
      details: 'upstream connect error or disconnect/reset before headers. reset reason: remote reset',
      errorCode: undefined,
    });
    connection.close();
  });

  test.each([
    ['no events', { topicName: TOPIC, events: [] }, 'publish.event.count.invalid'],
    ['no topic', { events: [] }, 'publish.topic.validation.empty'],
    ['a topic that is not there', { topicName: '/event/Nope__e', events: [] }, 'topic.not.found'],
    ['change events', { topicName: '/data/AccountChangeEvent', events: [] }, 'topic.meta.permission'],
    ['a channel', { topicName: '/event/Notices__chn', events: [] }, 'topic.meta.permission'],
    [
      'an event of the platform',
      { topicName: '/event/DataObjectDataChgEvent', events: [] },
      'topic.meta.permission',
    ],
    [
      'an unknown schema',
      { topicName: TOPIC, events: [{ schemaId: 'x', payload: Buffer.alloc(1) }] },
      'schema.validation.failed',
    ],
  ])('refuses %s', async (_name, request, code) => {
    const { connection } = await setUp();
    expect((await connection.failure('Publish', request)).errorCode).toBe(
      `sfdc.platform.eventbus.grpc.${code}`,
    );
    connection.close();
  });

  test('refuses payloads without CreatedDate and CreatedById, of another event, or cut short', async () => {
    const { connection, event, schemaId } = await setUp();
    const other = await connection.schema('/event/Context__e');
    const foreign = {
      schemaId: other.id,
      payload: other.type.toBuffer({ CreatedDate: 1, CreatedById: '005', Context__c: null }),
    };
    for (const bad of [
      { schemaId, payload: Buffer.alloc(0) },
      foreign,
      { schemaId, payload: event('abc').payload.subarray(0, 9) },
    ]) {
      expect(
        (await connection.failure('Publish', { topicName: TOPIC, events: [event('good'), bad] })).errorCode,
      ).toContain('schema.validation.failed');
    }
    connection.close();
  });

  test('the hourly allocation', async () => {
    const { simulator, connection, event } = await setUp();
    simulator.faults.publishedLimit = 2;
    await connection.unary('Publish', { topicName: TOPIC, events: [event('1'), event('2')] });
    expect(
      (await connection.failure('Publish', { topicName: TOPIC, events: [event('3')] })).details,
    ).toContain('LIMIT_EXCEEDED');
    simulator.advanceClock(3_700_000);
    await new PubSubConnection(simulator).unary('Publish', { topicName: TOPIC, events: [event('3')] });
    connection.close();
  });

  test('an answer can be lost after the event was stored', async () => {
    const { simulator, connection, event } = await setUp();
    simulator.faults.nextPublishLostAnswers = 1;
    expect(
      (await connection.failure('Publish', { topicName: TOPIC, events: [event('1', 'same')] })).code,
    ).toBe(13);
    await connection.unary('Publish', { topicName: TOPIC, events: [event('1', 'same')] });
    expect(simulator.ledger(TOPIC).map((item) => item.id)).toEqual(['same', 'same']);
    connection.close();
  });
});

describe('PublishStream', () => {
  test('takes several requests, keeps alive, and ends when idle or at another topic', async () => {
    const simulator = await start({ timing: { publishIdleMs: 150, publishKeepaliveMs: 40 } });
    const connection = new PubSubConnection(simulator);
    const { id, type } = await connection.schema(TOPIC);
    const event = {
      schemaId: id,
      payload: type.toBuffer({
        CreatedDate: 1,
        CreatedById: '005',
        Message__c: 'm',
        Amount__c: 1.5,
        At__c: 2,
      }),
    };
    const stream = connection.stream('PublishStream', { topicName: TOPIC, events: [event] });
    stream.write({ events: [event, event] });
    const counts = () =>
      stream.responses.map((response) => (response as unknown as PublishAnswer).results.length);
    await until(
      () => counts().includes(0),
      () => 'a keepalive',
    );
    expect(counts().slice(0, 2)).toEqual([1, 2]);
    expect((await stream.ending()).errorCode).toContain('publish.stream.sweeper.timeout');
    const second = connection.stream('PublishStream', { topicName: TOPIC, events: [event] });
    second.write({ topicName: '/event/Context__e', events: [event] });
    expect((await second.ending()).errorCode).toContain('publish.topic.mismatch');
    expect(simulator.ledger(TOPIC)).toHaveLength(4);
    connection.close();
  });
});
