import { describe, expect, it } from 'vitest';
import { kindsOf, outgoing } from '../../../test/support/outgoing.ts';
import { anSqsPublication } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { ListedTargets } from '../../adapters/allowed-targets.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import { awsFailure } from './aws-failure.ts';
import { awsSend } from './aws-send.ts';

const publication = anSqsPublication();
const clock = new TestClock();
const any = new ListedTargets('any');
const EVENT = outgoing({ id: 'a' });
const refused = (code: string, events: readonly OutgoingEvent[]) =>
  events.map(() => awsFailure({ action: 'sqs:SendMessage', arn: publication.arn }, code, undefined, 1));
/** An event after this many attempts with this outcome. */
const failedBefore = (...errorIds: readonly string[]): OutgoingEvent => ({
  ...EVENT,
  record: { attemptCount: errorIds.length, attempts: errorIds.map((errorId) => ({ errorId })) },
});

describe('sending to a target in AWS', () => {
  it('loads what sends with the first event, and once', async () => {
    let loads = 0;
    const send = awsSend({ allowedTargets: any, clock }, async () => {
      loads += 1;
      return async (_publication, events) => events.map(() => ({ kind: 'delivered', durationMs: 1 }));
    });
    expect(await send(publication, [])).toEqual([]);
    expect(loads).toBe(0);
    await Promise.all([send(publication, [EVENT]), send(publication, [EVENT])]);
    expect(loads).toBe(1);
  });

  it('sends nothing where the installation no longer allows it, and says so', async () => {
    const send = awsSend({ allowedTargets: new ListedTargets([]), clock }, () => {
      throw new Error('expected nothing to be sent');
    });
    const outcomes = await send(publication, [EVENT]);
    expect(kindsOf(outcomes)).toEqual(['retry target-not-allowed']);
    expect(outcomes[0]).toMatchObject({ message: expect.stringContaining('allowedTargets') });
  });

  it.each([
    ['AccessDenied', [], 'retry access-denied'],
    ['AccessDenied', ['access-denied'], 'retry access-denied'],
    ['AccessDenied', ['access-denied', 'access-denied'], 'disabled access-denied'],
    ['NoSuchBucket', ['access-denied', 'target-missing'], 'disabled target-missing'],
    ['AccessDenied', ['access-denied', 'timeout', 'access-denied'], 'retry access-denied'],
    ['SlowDown', ['throttled', 'throttled', 'throttled'], 'retry throttled'],
    ['ExpiredToken', ['aws-credentials', 'aws-credentials'], 'retry aws-credentials'],
  ])('%s after %j is %s', async (code, before, expected) => {
    const send = awsSend(
      { allowedTargets: any, clock },
      async () => async (_publication, events) => refused(code, events),
    );
    expect(kindsOf(await send(publication, [failedBefore(...before)]))).toEqual([expected]);
  });

  it('a publication that was disabled so says why, and what to do', async () => {
    const send = awsSend(
      { allowedTargets: any, clock },
      async () => async (_publication, events) => refused('AccessDenied', events),
    );
    expect(await send(publication, [failedBefore('access-denied', 'access-denied')])).toMatchObject([
      {
        kind: 'disabled',
        reason: 'target-refused',
        message: expect.stringMatching(/allowedTargets.*events:publications:resume/),
      },
    ]);
  });
});
