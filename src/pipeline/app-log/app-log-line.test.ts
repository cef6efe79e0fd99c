import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOG_MESSAGES, type LogCode } from '../../telemetry/log-messages.ts';
import { countsOf, noteOf, textOf } from './app-log-line.ts';

const ATTEMPT = {
  appId: 'app-1',
  publication: 'orders',
  subscriptionId: undefined,
  eventId: '20741903-d0b2-4d86-90cf-4192b0e17462',
  deliveryId: 'd-1',
  durationMs: 12.4,
  attempt: 1,
  queuedAtMs: 1,
};

describe('a line', () => {
  test.each([
    [
      'DELIVERY_ATTEMPTED',
      { ...ATTEMPT, outcome: 'delivered', status: 204 },
      'at=info code=DELIVERY_ATTEMPTED outcome=delivered publication=orders event=20741903-d0b2-4d86-90cf-4192b0e17462 attempt=1 status=204 duration=12ms delivery=d-1',
    ],
    [
      'DELIVERY_ATTEMPTED',
      { ...ATTEMPT, outcome: 'exhausted', errorId: 'timeout', attempt: 11 },
      'at=error code=DELIVERY_ATTEMPTED outcome=exhausted publication=orders event=20741903-d0b2-4d86-90cf-4192b0e17462 attempt=11 error=timeout duration=12ms delivery=d-1',
    ],
    [
      'AUTHORIZATION_DEAD',
      { appId: 'app-1', authorizationId: 'a-1', alias: 'my-org', reason: 'invalid_grant' },
      'at=error code=AUTHORIZATION_DEAD authorization=my-org reason=invalid_grant msg="an authorization is dead; a person has to authorize again"',
    ],
  ] as const)('of %s says what it is about', (code, fields, text) => {
    expect(textOf(code, fields)).toBe(text);
  });

  test('holds no text of an error, which may quote an event or name what is ours', () => {
    const fields = {
      appId: 'app-1',
      topic: '/event/A__e',
      error: 'PAYLOAD arn:aws:',
      errorAt: 'at x.ts',
      action: 'dynamodb:Query',
      resource: 'table/x',
      awsRequestId: 'r',
    };
    for (const code of Object.keys(LOG_MESSAGES) as LogCode[]) {
      expect(textOf(code, fields)).not.toMatch(/PAYLOAD|arn:|x\.ts|dynamodb|table\/x|app-1/);
    }
  });

  test('is one line of name=value whatever a publisher chose for an id, and no second field', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (eventId) => {
        const text = textOf('DELIVERY_ATTEMPTED', { ...ATTEMPT, eventId, outcome: 'retry' });
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        const withoutQuoted = text.replace(/"(?:[^"\\]|\\.)*"/gu, 'quoted');
        expect(withoutQuoted.split(' ').map((part) => part.split('=')[0])).toEqual([
          'at',
          'code',
          'outcome',
          'publication',
          'event',
          'attempt',
          'duration',
          'delivery',
        ]);
      }),
    );
  });

  test('shows at most 300 characters of an id', () => {
    const text = textOf('DELIVERY_ATTEMPTED', { ...ATTEMPT, eventId: 'x'.repeat(301), outcome: 'retry' });
    expect(text).toContain(`event=${JSON.stringify(`${'x'.repeat(300)}…`)} `);
  });
});

test.each([
  ['DELIVERY_ATTEMPTED', { outcome: 'delivered' }, 'sample'],
  ['DELIVERY_ATTEMPTED', { outcome: 'kept' }, undefined],
  ['DELIVERY_ATTEMPTED', { outcome: 'retry' }, 'failure'],
  ['DELIVERY_ATTEMPTED', { outcome: 'disabled' }, 'failure'],
  ['EVENT_DROPPED', { outcome: 'dropped' }, 'sample'],
  ['BREAKER_OPENED', {}, 'attention'],
  ['FEED_FAILED', { kind: 'transient', reason: 'unavailable' }, 'attention'],
  ['FEED_FAILED', { reason: 'cursor-not-written' }, undefined],
  ['MESSAGE_NOT_RETURNED', {}, undefined],
  ['APP_LOG_NOT_TAKEN', {}, undefined],
] as const)('%s %j is shown: %s', (code, fields, note) => {
  expect(noteOf(code, fields)).toBe(note);
});

test.each([
  ['DELIVERY_ATTEMPTED', { outcome: 'delivered' }, { 'events-delivered': 1 }],
  ['DELIVERY_ATTEMPTED', { outcome: 'kept' }, undefined],
  ['DELIVERY_ATTEMPTED', { outcome: 'retry' }, { 'attempts-failed': 1 }],
  ['DELIVERY_ATTEMPTED', { outcome: 'rejected' }, { 'attempts-failed': 1, 'events-given-up': 1 }],
  ['FILTER_FAILED', { count: 3 }, { 'events-given-up': 3 }],
  ['EVENTS_DROPPED', { count: 40 }, { 'events-filtered': 40 }],
  ['BREAKER_OPENED', {}, undefined],
] as const)('%s %j counts %j', (code, fields, counts) => {
  expect(countsOf(code, fields)).toEqual(counts);
});
