import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FarAws } from '../../../test/support/far-aws.ts';
import { kindsOf, outgoing } from '../../../test/support/outgoing.ts';
import { anSqsPublication } from '../../../test/support/records.ts';
import { systemClock } from '../../base/clock.ts';
import type { AwsSend } from '../outbound/aws-send.ts';
import { makeSqsSend } from './send.ts';
import type { SqsPublication } from './target.ts';

let far: FarAws;
let send: AwsSend<SqsPublication>;
beforeEach(async () => {
  far = await FarAws.start();
  for (const [name, value] of Object.entries(far.environment)) vi.stubEnv(name, value);
  send = makeSqsSend({ clock: systemClock });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await far.stop();
});

const attribute = (message: { readonly messageAttributes: object } | undefined, name: string) =>
  Reflect.get(message?.messageAttributes ?? {}, name);

describe('a queue of SQS gets', () => {
  it('the event as structured JSON, with its attributes beside it', async () => {
    const publication = anSqsPublication({ arn: far.makeQueue('orders') });
    const event = outgoing({ id: 'a', subject: 'order 7 \u0001ü' });
    expect(kindsOf(await send(publication, [event]))).toEqual(['delivered']);
    const [message] = far.messages('orders');
    expect(message?.body).toBe(event.eventJson);
    expect(attribute(message, 'content-type')).toMatchObject({ StringValue: 'application/cloudevents+json' });
    expect(attribute(message, 'ce-type')).toMatchObject({
      DataType: 'String',
      StringValue: 'com.example.order',
    });
    // Values that SQS would not accept unencoded.
    expect(attribute(message, 'ce-subject')).toMatchObject({ StringValue: 'order%207%20%01%C3%BC' });
    expect(message?.messageGroupId).toBeUndefined();
  });

  it('up to ten events in one request, and no request of more than 1 MiB', async () => {
    const publication = anSqsPublication({ arn: far.makeQueue('orders') });
    await send(
      publication,
      Array.from({ length: 10 }, (_, n) => outgoing({ id: `s-${n}` })),
    );
    expect(far.operations).toEqual(['SendMessageBatch']);
    far.operations.length = 0;
    const data = 'x'.repeat(400_000);
    const outcomes = await send(
      publication,
      [1, 2, 3, 4].map((n) => outgoing({ id: `l-${n}`, data })),
    );
    expect(kindsOf(outcomes)).toEqual(Array(4).fill('delivered'));
    expect(far.operations).toEqual(['SendMessageBatch', 'SendMessageBatch']);
    expect(far.messages('orders')).toHaveLength(14);
  });

  it.each([
    [1_048_576, 'delivered'],
    [1_048_577, 'rejected event-too-large'],
  ])('of %i bytes with its attributes: %s; the others of its batch go', async (bytes, expected) => {
    const publication = anSqsPublication({ arn: far.makeQueue('orders') });
    const bare = outgoing({ id: 'big', data: '' });
    // Names, types and values of the attributes.
    const attributes =
      'content-typeStringapplication/cloudevents+json'.length +
      'ce-specversionString1.0ce-idStringbigce-sourceString/shopce-typeStringcom.example.order'.length +
      'ce-timeString2026-11-29T18:05:00Z'.length;
    const data = 'x'.repeat(bytes - attributes - Buffer.byteLength(bare.eventJson));
    const outcomes = await send(publication, [
      outgoing({ id: 'small' }),
      outgoing({ id: 'big', data }),
      outgoing({ id: 'small too' }),
    ]);
    expect(kindsOf(outcomes)).toEqual(['delivered', expected, 'delivered']);
  });
});

describe('a FIFO queue gets', () => {
  it.each([
    [{ partitionkey: '0061', subject: 'a' }, undefined, '0061'],
    [{ subject: 'order/7' }, undefined, 'order/7'],
    [{}, undefined, '/shop'],
    [{ subject: 'order/7' }, 'type', 'com.example.order'],
    [{ id: 'b' }, 'subject', 'b'],
  ] as const)('of %j by %s the group %s', async (given, partitionBy, group) => {
    const publication = anSqsPublication({ arn: far.makeQueue('orders.fifo'), partitionBy });
    await send(publication, [outgoing({ id: 'a', ...given })]);
    expect(far.messages('orders.fifo')[0]?.messageGroupId).toBe(group);
  });

  it.each(['with space', 'ü', 'x'.repeat(129)])(
    'a group of its own for %j, which SQS would not take',
    async (subject) => {
      const publication = anSqsPublication({ arn: far.makeQueue('orders.fifo') });
      await send(publication, [outgoing({ id: 'a', subject }), outgoing({ id: 'b', subject })]);
      const groups = new Set(far.messages('orders.fifo').map(({ messageGroupId }) => messageGroupId));
      expect([...groups]).toEqual([expect.stringMatching(/^[\w-]{22}$/)]);
    },
  );

  it('a delivery once, however often its answer is lost; and again what a person wants again', async () => {
    const publication = anSqsPublication({ arn: far.makeQueue('orders.fifo') });
    far.answersToLose = 3;
    expect(kindsOf(await send(publication, [outgoing({ id: 'a' })]))).toEqual([
      expect.stringMatching(/^retry connection-/),
    ]);
    expect(kindsOf(await send(publication, [outgoing({ id: 'a' })]))).toEqual(['delivered']);
    expect(far.messages('orders.fifo')).toHaveLength(1);
    await send(publication, [outgoing({ id: 'a' }, '2026-11-30T00:00:00.000Z')]);
    expect(far.messages('orders.fifo')).toHaveLength(2);
  });
});

describe('of what SQS refuses', () => {
  it('each message of a batch has its own outcome', async () => {
    const publication = anSqsPublication({ arn: far.makeQueue('orders') });
    const faults = ['InternalError', 'InvalidMessageContents', 'KmsThrottled'];
    far.entryFault = (text) => faults.find((fault) => text.includes(fault));
    const outcomes = await send(
      publication,
      ['a', ...faults, 'b'].map((id) => outgoing({ id })),
    );
    expect(kindsOf(outcomes)).toEqual([
      'delivered',
      'retry aws-unavailable',
      'rejected event-refused',
      'retry throttled',
      'delivered',
    ]);
    expect(far.operations).toEqual(['SendMessageBatch']);
    expect(far.messages('orders')).toHaveLength(2);
  });

  it('what is larger than its own queue takes is refused by itself', async () => {
    const publication = anSqsPublication({ arn: far.makeQueue('orders') });
    far.emulator.deleteQueue('orders');
    far.emulator.createQueue('orders', {
      region: 'eu-central-1',
      attributes: { MaximumMessageSize: '1024' },
    });
    const outcomes = await send(publication, [
      outgoing({ id: 'a' }),
      outgoing({ id: 'b', data: 'x'.repeat(2_000) }),
      outgoing({ id: 'c' }),
    ]);
    expect(kindsOf(outcomes)).toEqual(['delivered', expect.stringMatching(/^rejected event-/), 'delivered']);
    expect(far.messages('orders')).toHaveLength(2);
  });

  it('a queue that is not there needs a person', async () => {
    const arn = 'arn:aws:sqs:eu-central-1:000000000000:nowhere';
    const outcomes = await send(anSqsPublication({ arn }), [outgoing({ id: 'a' })]);
    expect(kindsOf(outcomes)).toEqual(['retry target-missing']);
  });

  it.each([
    [{ status: 403, code: 'AccessDeniedException' }, 'retry access-denied'],
    [{ status: 400, code: 'KmsAccessDenied' }, 'retry key-refused'],
    [{ status: 400, code: 'RequestThrottled' }, 'retry throttled'],
    [{ status: 500, code: 'InternalError' }, 'retry http-500'],
  ])('%j is %s', async (error, expected) => {
    const publication = anSqsPublication({ arn: far.makeQueue('orders') });
    far.refusal = () => error;
    expect(kindsOf(await send(publication, [outgoing({ id: 'a' })]))).toEqual([expected]);
  });
});
