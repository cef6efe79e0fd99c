import { describe, expect, it } from 'vitest';
import { failureOfRest, outcomeOfSave } from './rest-outcome.ts';

const refusedFor = (statusCode: string, message = 'said', fields: readonly string[] = []) =>
  outcomeOfSave({ success: false, errors: [{ statusCode, message, fields }] });

describe('what became of an event that was published by REST', () => {
  it('is told by `success`, though a success lists an error as well', () => {
    const errors = [{ statusCode: 'OPERATION_ENQUEUED', message: '232fd30e-0a71-42bd-a97b-be0e329b2ded' }];
    expect(outcomeOfSave({ success: true, errors })).toEqual({ kind: 'delivered' });
  });

  it('is rejected for what is wrong with the event, with the name of the field', () => {
    expect(refusedFor('INVALID_FIELD', "No such column 'Nope__c' on sobject of type Order__e")).toMatchObject(
      {
        kind: 'rejected',
        message: expect.stringContaining("'Nope__c'"),
      },
    );
    const refused = refusedFor('INVALID_TYPE_ON_FIELD_IN_RECORD', 'not a number: 4111 1111', ['Amount__c']);
    expect(refused).toMatchObject({ kind: 'rejected', message: expect.stringContaining('(Amount__c)') });
    expect(JSON.stringify(refused)).not.toContain('4111');
  });

  it.each([
    'PLATFORM_EVENT_PUBLISHING_UNAVAILABLE',
    'SERVER_UNAVAILABLE',
    'UNABLE_TO_LOCK_ROW',
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'SOMETHING_NEW',
  ])('is tried again after %s', (code) => {
    expect(refusedFor(code)).toMatchObject({ kind: 'retry', retryAfterMs: undefined });
  });

  it('waits longer for a limit, be it of events or of requests', () => {
    expect(refusedFor('LIMIT_EXCEEDED')).toMatchObject({ kind: 'retry', retryAfterMs: 600_000 });
    const answer = { kind: 'failed', id: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests' } as const;
    expect(failureOfRest(answer)).toMatchObject({ retryAfterMs: 600_000 });
  });

  it('does not repeat the page of a server that is down', () => {
    const failure = failureOfRest({ kind: 'failed', id: 'ERROR_HTTP_503', message: '<html>Down</html>' });
    expect(failure.message).toBe('Salesforce did not take the request: ERROR_HTTP_503');
  });
});
