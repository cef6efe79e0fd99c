import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FarAws } from '../../../test/support/far-aws.ts';
import { kindsOf, outgoing } from '../../../test/support/outgoing.ts';
import { aKinesisPublication } from '../../../test/support/records.ts';
import { systemClock } from '../../base/clock.ts';
import type { AwsSend } from '../outbound/aws-send.ts';
import { makeKinesisSend } from './send.ts';
import type { KinesisPublication } from './target.ts';

let far: FarAws;
let send: AwsSend<KinesisPublication>;
beforeEach(async () => {
  far = await FarAws.start();
  for (const [name, value] of Object.entries(far.environment)) vi.stubEnv(name, value);
  send = makeKinesisSend({ clock: systemClock });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await far.stop();
});

describe('a stream of Kinesis gets', () => {
  it.each([
    [{ partitionkey: '0061' }, undefined, '0061'],
    [{ partitionkey: 7 }, undefined, '7'],
    [{}, undefined, 'a'],
    [{ subject: 'order/7' }, 'subject', 'order/7'],
    [{ subject: 'ü'.repeat(256) }, 'subject', 'ü'.repeat(256)],
  ] as const)('of %j by %s a record with the key %s', async (given, partitionBy, key) => {
    const publication = aKinesisPublication({ arn: far.makeStream('orders'), partitionBy });
    const event = outgoing({ id: 'a', ...given });
    expect(kindsOf(await send(publication, [event]))).toEqual(['delivered']);
    expect(far.streams.get(publication.arn)).toEqual([{ PartitionKey: key, text: event.eventJson }]);
  });

  it('a key of its own where the value is longer than Kinesis takes', async () => {
    const publication = aKinesisPublication({ arn: far.makeStream('orders'), partitionBy: 'subject' });
    await send(publication, [outgoing({ id: 'a', subject: 'x'.repeat(257) })]);
    expect(far.streams.get(publication.arn)?.[0]?.PartitionKey).toMatch(/^[\w-]{22}$/);
  });

  it('500 records in a request, and no request of more than 5 MiB', async () => {
    const publication = aKinesisPublication({ arn: far.makeStream('orders') });
    await send(
      publication,
      Array.from({ length: 500 }, (_, n) => outgoing({ id: `s-${n}` })),
    );
    expect(far.operations).toEqual(['PutRecords']);
    const data = 'x'.repeat(1_000_000);
    const outcomes = await send(
      publication,
      Array.from({ length: 6 }, (_, n) => outgoing({ id: `l-${n}`, data })),
    );
    expect(kindsOf(outcomes)).toEqual(Array(6).fill('delivered'));
    expect(far.operations).toEqual(['PutRecords', 'PutRecords', 'PutRecords']);
  });
});

describe('of what Kinesis refuses', () => {
  it('each event hears of its own part', async () => {
    const publication = aKinesisPublication({ arn: far.makeStream('orders') });
    const faults = ['ProvisionedThroughputExceededException', 'InternalFailure'];
    far.entryFault = (text) => faults.find((fault) => text.includes(fault));
    const outcomes = await send(
      publication,
      ['a', ...faults, 'b'].map((id) => outgoing({ id })),
    );
    expect(kindsOf(outcomes)).toEqual(['delivered', 'retry throttled', 'retry aws-unavailable', 'delivered']);
    expect(far.streams.get(publication.arn)).toHaveLength(2);
  });

  it.each([
    [{ status: 400, code: 'KMSDisabledException' }, 'retry key-refused'],
    [{ status: 400, code: 'AccessDeniedException' }, 'retry access-denied'],
    [{ status: 400, code: 'ProvisionedThroughputExceededException' }, 'retry throttled'],
    [{ status: 500, code: 'InternalFailureException' }, 'retry http-500'],
  ])('%j is %s', async (error, expected) => {
    const publication = aKinesisPublication({ arn: far.makeStream('orders') });
    far.refusal = () => error;
    expect(kindsOf(await send(publication, [outgoing({ id: 'a' })]))).toEqual([expected]);
  });

  it('a stream that is not there needs a person', async () => {
    const arn = 'arn:aws:kinesis:eu-central-1:000000000000:stream/nowhere';
    expect(kindsOf(await send(aKinesisPublication({ arn }), [outgoing({ id: 'a' })]))).toEqual([
      'retry target-missing',
    ]);
  });
});
