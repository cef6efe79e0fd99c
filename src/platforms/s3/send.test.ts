import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FarAws } from '../../../test/support/far-aws.ts';
import { kindsOf, outgoing } from '../../../test/support/outgoing.ts';
import { anS3Publication } from '../../../test/support/records.ts';
import { systemClock } from '../../base/clock.ts';
import type { AwsSend } from '../outbound/aws-send.ts';
import { makeS3Send } from './send.ts';
import type { S3Publication } from './target.ts';

let far: FarAws;
let send: AwsSend<S3Publication>;
beforeEach(async () => {
  far = await FarAws.start();
  for (const [name, value] of Object.entries(far.environment)) vi.stubEnv(name, value);
  send = makeS3Send({ clock: systemClock });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await far.stop();
});

describe('a bucket of S3 gets', () => {
  it('the events of one source and hour as lines of one object, below the ARN and the prefix', async () => {
    const publication = anS3Publication({ arn: `${far.makeBucket('lake')}/raw`, prefix: 'crm' });
    const events = [outgoing({ id: 'a' }), outgoing({ id: 'b', time: '2026-11-29T20:59:59+02:00' })];
    expect(kindsOf(await send(publication, events))).toEqual(['delivered', 'delivered']);
    const objects = await far.objects('lake');
    expect([...objects.keys()]).toEqual([
      expect.stringMatching(/^raw\/crm\/source=%2Fshop\/dt=2026-11-29\/hh=18\/[\w-]{22}\.ndjson$/),
    ]);
    expect([...objects.values()]).toEqual([events.map(({ eventJson }) => `${eventJson}\n`).join('')]);
  });

  it('an object for each source and hour', async () => {
    const publication = anS3Publication({ arn: far.makeBucket('lake') });
    await send(publication, [
      outgoing({ id: 'a' }),
      outgoing({ id: 'b', time: '2026-11-29T19:00:00Z' }),
      outgoing({ id: 'c', source: '//acme.my.salesforce.com/00D' }),
    ]);
    expect([...(await far.objects('lake')).keys()].toSorted()).toEqual([
      'source=%2F%2Facme.my.salesforce.com%2F00D/dt=2026-11-29/hh=18/delivery-of-c.ndjson',
      'source=%2Fshop/dt=2026-11-29/hh=18/delivery-of-a.ndjson',
      'source=%2Fshop/dt=2026-11-29/hh=19/delivery-of-b.ndjson',
    ]);
  });

  it('the same object when a request is repeated, in any order, however often the answer is lost', async () => {
    const publication = anS3Publication({ arn: far.makeBucket('lake') });
    const events = ['a', 'b', 'c'].map((id) => outgoing({ id }));
    far.answersToLose = 3;
    expect(kindsOf(await send(publication, events))).toEqual(
      Array(3).fill(expect.stringMatching(/^retry connection-/)),
    );
    expect(kindsOf(await send(publication, events.toReversed()))).toEqual(Array(3).fill('delivered'));
    expect((await far.objects('lake')).size).toBe(1);
  });

  it('events in whatever region it is, which its ARN does not say', async () => {
    vi.stubEnv('AWS_REGION', 'us-east-1');
    const publication = anS3Publication({ arn: far.makeBucket('lake') });
    expect(kindsOf(await send(publication, [outgoing({ id: 'a' })]))).toEqual(['delivered']);
  });

  it('beside what was there, what a person wants again', async () => {
    const publication = anS3Publication({ arn: far.makeBucket('lake') });
    await send(publication, [outgoing({ id: 'a' })]);
    await send(publication, [outgoing({ id: 'a' }, '2026-11-30T00:00:00.000Z')]);
    expect((await far.objects('lake')).size).toBe(2);
  });
});

describe('of what S3 refuses', () => {
  it('each object is judged by itself', async () => {
    const publication = anS3Publication({ arn: far.makeBucket('lake') });
    far.refusal = (operation) =>
      operation.includes('hh%3D19') ? { status: 503, code: 'SlowDown' } : undefined;
    const outcomes = await send(publication, [
      outgoing({ id: 'a' }),
      outgoing({ id: 'b', time: '2026-11-29T19:00:00Z' }),
    ]);
    expect(kindsOf(outcomes)).toEqual(['delivered', 'retry throttled']);
  });

  it.each([
    [{ status: 403, code: 'AccessDenied' }, 'retry access-denied'],
    [{ status: 500, code: 'InternalError' }, 'retry http-500'],
    [{ status: 403, code: 'InvalidAccessKeyId' }, 'retry aws-credentials'],
  ])('%j is %s', async (error, expected) => {
    const publication = anS3Publication({ arn: far.makeBucket('lake') });
    far.refusal = () => error;
    expect(kindsOf(await send(publication, [outgoing({ id: 'a' })]))).toEqual([expected]);
  });

  it('a bucket that is not there needs a person', async () => {
    const publication = anS3Publication({ arn: 'arn:aws:s3:::nowhere' });
    expect(kindsOf(await send(publication, [outgoing({ id: 'a' })]))).toEqual(['retry target-missing']);
  });
});
