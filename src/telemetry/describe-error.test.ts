import { describe, expect, it } from 'vitest';
import { describeError, errorText, noteAwsRequest } from './describe-error.ts';

function awsError(name: string): Error {
  return Object.assign(new Error('not allowed'), { name, $metadata: { requestId: 'a-request' } });
}

describe('what an error says of itself', () => {
  it('is its name, its message and where it was thrown', () => {
    expect(describeError(new TypeError('i is not a constructor'))).toMatchObject({
      error: 'TypeError: i is not a constructor',
      errorAt: expect.stringContaining('describe-error.test.ts'),
    });
  });

  it('is the request to AWS behind it, however deep', () => {
    const error = awsError('AccessDeniedException');
    noteAwsRequest(error, { action: 'dynamodb:Query', resource: 'events/index/due' });
    const outer = new Error('expected a session', { cause: new AggregateError([error], 'two steps failed') });
    expect(describeError(outer)).toMatchObject({
      error:
        'Error: expected a session, because of AggregateError: two steps failed, because of AccessDeniedException: not allowed',
      action: 'dynamodb:Query',
      resource: 'events/index/due',
      awsRequestId: 'a-request',
    });
    expect(errorText(error)).toBe(
      'AccessDeniedException: not allowed (dynamodb:Query on events/index/due, request a-request)',
    );
  });

  it('is what a bare network error was about', () => {
    const error = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    noteAwsRequest(error, { action: 'kms:Decrypt' });
    expect(describeError(error)).toMatchObject({ errorCode: 'ECONNRESET', action: 'kms:Decrypt' });
    expect(errorText(error)).toBe('Error: aborted (ECONNRESET, kms:Decrypt)');
  });

  it('is no message where that may hold a secret', () => {
    expect(JSON.stringify(describeError(new Error('found hunter2'), { messages: false }))).not.toContain(
      'hunter2',
    );
    let parsing: unknown;
    try {
      JSON.parse('hunter2');
    } catch (error) {
      parsing = error;
    }
    expect(errorText(parsing)).toBe('SyntaxError');
    expect(describeError({ message: 'hunter2' }, { messages: false }).error).toBe('a thrown Object');
    expect(describeError('hunter2', { messages: false }).error).toBe('a thrown string');
  });

  it.each<[unknown, string]>([
    [undefined, 'a thrown undefined'],
    [null, 'a thrown null'],
    [{ name: 'Refused', message: 'no' }, 'Refused: no'],
    [{ status: 1 }, 'a thrown Object'],
    ['a text', 'a text'],
    [new Error('x'.repeat(2_000)), `Error: ${'x'.repeat(500)}`],
    [new RangeError(), 'RangeError'],
  ])('is words, whatever was thrown: %o', (thrown, words) => {
    expect(describeError(thrown).error).toBe(words);
  });

  it('ends where causes go round', () => {
    const error = new Error('one');
    error.cause = new Error('two', { cause: error });
    expect(errorText(error)).toBe('Error: one, because of Error: two');
  });
});
