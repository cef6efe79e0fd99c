import { describe, expect, it } from 'vitest';
import { awsFailure, awsRequestFailure } from './aws-failure.ts';
import { isTargetRefusal } from './target-refusal.ts';

const REQUEST = { action: 'sqs:SendMessage', arn: 'arn:aws:sqs:eu-central-1:123456789012:orders' };
const DENIED = 'User: arn:aws:sts::123456789012:assumed-role/a-role/x is not authorized';

describe('a code of AWS', () => {
  it.each([
    ['ThrottlingException', 'retry', 'throttled'],
    ['RequestThrottled', 'retry', 'throttled'],
    ['OverLimit', 'retry', 'throttled'],
    ['KmsThrottled', 'retry', 'throttled'],
    ['KMSThrottlingException', 'retry', 'throttled'],
    ['ProvisionedThroughputExceededException', 'retry', 'throttled'],
    ['SlowDown', 'retry', 'throttled'],
    ['AWS.SimpleQueueService.NonExistentQueue', 'retry', 'target-missing'],
    ['QueueDoesNotExist', 'retry', 'target-missing'],
    ['ResourceNotFoundException', 'retry', 'target-missing'],
    ['NoSuchBucket', 'retry', 'target-missing'],
    ['AccessDenied', 'retry', 'access-denied'],
    ['AccessDeniedException', 'retry', 'access-denied'],
    ['KmsAccessDenied', 'retry', 'key-refused'],
    ['KMSDisabledException', 'retry', 'key-refused'],
    ['ExpiredTokenException', 'retry', 'aws-credentials'],
    ['UnrecognizedClientException', 'retry', 'aws-credentials'],
    ['InvalidMessageContents', 'rejected', 'event-refused'],
    ['InvalidParameterValue', 'rejected', 'event-refused'],
    ['ValidationException', 'rejected', 'event-refused'],
    ['MalformedDetail', 'rejected', 'event-refused'],
    ['NotAuthorizedForSourceException', 'rejected', 'event-refused'],
    ['AWS.SimpleQueueService.BatchRequestTooLong', 'rejected', 'event-too-large'],
    ['InternalFailure', 'retry', 'aws-unavailable'],
    ['ANewCode', 'retry', 'aws-unavailable'],
  ])('%s means %s, %s', (code, kind, errorId) => {
    expect(awsFailure(REQUEST, code, undefined, 7)).toMatchObject({
      kind,
      errorId,
      durationMs: 7,
      message: expect.stringMatching(new RegExp(`${REQUEST.arn}.*${code}`)),
    });
  });

  it('that is not known is retried by the status of its answer', () => {
    expect(awsFailure(REQUEST, 'ANewCode', 'why', 7, 503)).toMatchObject({
      kind: 'retry',
      errorId: 'http-503',
      status: 503,
    });
  });

  it('of a denied right is told without the names of roles', () => {
    const { message } = awsFailure(REQUEST, 'AccessDenied', DENIED, 0, 403);
    expect(message).not.toContain('a-role');
    expect(message).toMatch(/denies this installation sqs:SendMessage on arn:.*allowedTargets/);
  });

  it('is quoted on one line, and not at any length', () => {
    const { message } = awsFailure(REQUEST, 'ValidationException', `a\nb${'x'.repeat(1_000)}`, 0);
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(400);
  });
});

describe('an error of a request', () => {
  const withCode = (code: string) => Object.assign(new Error('connect failed'), { code });

  it.each([
    [withCode('ECONNREFUSED'), 'connection-refused'],
    [withCode('ENOTFOUND'), 'name-not-found'],
    [new AggregateError([withCode('ECONNREFUSED')]), 'connection-refused'],
    [Object.assign(new Error('too late'), { name: 'TimeoutError' }), 'timeout'],
    [Object.assign(new Error('none'), { name: 'CredentialsProviderError' }), 'aws-credentials'],
    [new Error('Region is missing'), 'aws-region'],
    [new Error('something else'), 'network-error'],
    ['thrown text', 'aws-unavailable'],
  ])('%s is retried as %s', (error, errorId) => {
    expect(awsRequestFailure(REQUEST, error, 3)).toMatchObject({ kind: 'retry', errorId, durationMs: 3 });
  });

  it('with an answer is judged by its code and status', () => {
    const error = Object.assign(new Error('no'), {
      name: 'QueueDoesNotExist',
      $metadata: { httpStatusCode: 400 },
    });
    expect(awsRequestFailure(REQUEST, error, 3)).toMatchObject({ errorId: 'target-missing', status: 400 });
  });
});

it('a person is needed for what is missing or denied, and not for what passes', () => {
  const needed = ['target-missing', 'access-denied', 'key-refused', 'target-not-allowed'];
  expect(needed.filter(isTargetRefusal)).toEqual(needed);
  expect(['throttled', 'timeout', 'aws-credentials', 'http-500', undefined].filter(isTargetRefusal)).toEqual(
    [],
  );
});
