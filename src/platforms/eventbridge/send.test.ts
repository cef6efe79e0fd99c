import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FarAws } from '../../../test/support/far-aws.ts';
import { kindsOf, outgoing } from '../../../test/support/outgoing.ts';
import { anEventBridgePublication } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { parseEvent } from '../../domain/events/event.ts';
import type { AwsSend } from '../outbound/aws-send.ts';
import { acceptForEventBridge } from './acceptance.ts';
import { makeEventBridgeSend } from './send.ts';
import type { EventBridgePublication } from './target.ts';

let far: FarAws;
let send: AwsSend<EventBridgePublication>;
const clock = new TestClock();
beforeEach(async () => {
  far = await FarAws.start();
  for (const [name, value] of Object.entries(far.environment)) vi.stubEnv(name, value);
  send = makeEventBridgeSend({ clock });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await far.stop();
});

const puts = () => far.operations.filter((operation) => operation === 'PutEvents').length;

describe('a bus of EventBridge gets', () => {
  it('the CloudEvent as detail, and what rules look at beside it', async () => {
    const publication = anEventBridgePublication({ arn: far.makeBus('orders') });
    const event = outgoing({ id: 'a' });
    expect(kindsOf(await send(publication, [event]))).toEqual(['delivered']);
    expect(far.buses.get(publication.arn)).toEqual([
      {
        Source: '/shop',
        DetailType: 'com.example.order',
        Detail: event.eventJson,
        Time: Date.parse('2026-11-29T18:05:00Z') / 1_000,
      },
    ]);
  });

  it('sources and types that are too long cut off, and in full in the detail', async () => {
    const publication = anEventBridgePublication({ arn: far.makeBus('orders') });
    const [source, type] = [`/${'s'.repeat(300)}`, 't'.repeat(200)];
    expect(kindsOf(await send(publication, [outgoing({ id: 'a', source, type })]))).toEqual(['delivered']);
    const [entry] = far.buses.get(publication.arn) ?? [];
    expect([entry?.Source.length, entry?.DetailType.length]).toEqual([256, 128]);
    expect(parseEvent(entry?.Detail ?? '')).toMatchObject({ source, type });
  });

  it('no request of more than 1 MiB', async () => {
    const publication = anEventBridgePublication({ arn: far.makeBus('orders') });
    const data = 'x'.repeat(400_000);
    const outcomes = await send(
      publication,
      [1, 2, 3, 4].map((n) => outgoing({ id: `l-${n}`, data })),
    );
    expect(kindsOf(outcomes)).toEqual(Array(4).fill('delivered'));
    expect(puts()).toBe(2);
  });
});

describe('of what EventBridge refuses', () => {
  it('each event hears of its own part', async () => {
    const publication = anEventBridgePublication({ arn: far.makeBus('orders') });
    const faults = ['ThrottlingException', 'InternalFailure', 'MalformedDetail'];
    far.entryFault = (text) => faults.find((fault) => text.includes(fault));
    const outcomes = await send(publication, [
      outgoing({ id: 'a' }),
      ...faults.map((id) => outgoing({ id })),
      outgoing({ id: 'b', source: 'aws.s3' }),
    ]);
    expect(kindsOf(outcomes)).toEqual([
      'delivered',
      'retry throttled',
      'retry aws-unavailable',
      'rejected event-refused',
      'rejected event-refused',
    ]);
    expect(far.buses.get(publication.arn)).toHaveLength(1);
  });

  it('a request that is refused for one event is halved until the others are taken', async () => {
    const publication = anEventBridgePublication({ arn: far.makeBus('orders') });
    const names = ['a', 'b', 'poison', 'c', 'd'];
    far.refusal = (operation, body) =>
      operation === 'PutEvents' && body.includes('poison')
        ? { status: 400, code: 'ValidationException' }
        : undefined;
    const outcomes = await send(
      publication,
      names.map((id) => outgoing({ id })),
    );
    expect(kindsOf(outcomes)).toEqual(
      names.map((name) => (name === 'poison' ? 'rejected event-refused' : 'delivered')),
    );
    expect(far.buses.get(publication.arn)).toHaveLength(4);
  });
});

describe('a bus that is not there', () => {
  const arn = 'arn:aws:events:eu-central-1:000000000000:event-bus/nowhere';

  it('is noticed, though EventBridge would say that it took the events', async () => {
    const outcomes = await send(anEventBridgePublication({ arn }), [outgoing({ id: 'a' })]);
    expect(kindsOf(outcomes)).toEqual(['retry target-missing']);
    expect(puts()).toBe(0);
    far.makeBus('nowhere');
    expect(kindsOf(await send(anEventBridgePublication({ arn }), [outgoing({ id: 'a' })]))).toEqual([
      'delivered',
    ]);
  });

  it('is looked for once in five minutes', async () => {
    const publication = anEventBridgePublication({ arn: far.makeBus('orders') });
    const looks = () => far.operations.filter((operation) => operation === 'DescribeEventBus').length;
    for (let n = 0; n < 3; n += 1) await send(publication, [outgoing({ id: 'a' })]);
    expect(looks()).toBe(1);
    clock.advance(5 * 60_000 + 1);
    await send(publication, [outgoing({ id: 'a' })]);
    expect(looks()).toBe(2);
  });

  it('is not put to while it cannot be asked for: the time of one request is enough to wait for an answer', async () => {
    const publication = anEventBridgePublication({ arn: far.makeBus('orders') });
    far.refusal = (operation) =>
      operation === 'DescribeEventBus' ? { status: 500, code: 'InternalException' } : undefined;
    expect(kindsOf(await send(publication, [outgoing({ id: 'a' })]))).toEqual(['retry http-500']);
    expect(puts()).toBe(0);
  });

  it('cannot be told from one of another account that lets nobody look: events are put there', async () => {
    const publication = anEventBridgePublication({ arn: far.makeBus('orders') });
    far.refusal = (operation) =>
      operation === 'DescribeEventBus' ? { status: 400, code: 'AccessDeniedException' } : undefined;
    expect(kindsOf(await send(publication, [outgoing({ id: 'a' })]))).toEqual(['delivered']);
  });
});

it('a publish of an event that EventBridge would not take is refused at once', () => {
  const event = parseEvent(outgoing({ id: 'a', source: 'aws.s3' }).eventJson);
  expect(acceptForEventBridge(anEventBridgePublication(), event)).toMatchObject({
    ok: false,
    message: expect.stringMatching(/expected another source.*aws\.s3/),
  });
  expect(acceptForEventBridge(anEventBridgePublication(), { ...event, source: 'awsome' })).toMatchObject({
    ok: true,
  });
});
