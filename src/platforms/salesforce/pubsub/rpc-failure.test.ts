import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { classifyRpcError } from './rpc-failure.ts';

function anError(code: status, details: string, errorCode?: string): ServiceError {
  const metadata = new Metadata();
  if (errorCode !== undefined) metadata.set('error-code', errorCode);
  return Object.assign(new Error(details), { code, details, metadata });
}
const PREFIX = 'sfdc.platform.eventbus.grpc.';

describe('a failed call', () => {
  it.each([
    // The trailer counts, not the status.
    [status.INTERNAL, 'service.unavailable', 'retry'],
    [status.INVALID_ARGUMENT, 'service.unavailable', 'retry'],
    [status.UNAUTHENTICATED, 'service.auth.error', 'reauth'],
    [status.UNAUTHENTICATED, 'service.auth.headers.invalid', 'fatal'],
    [status.UNAVAILABLE, 'service.protection.triggered', 'slow-down'],
    [status.UNAVAILABLE, 'service.protection.stream.limit.triggered', 'slow-down'],
    [status.PERMISSION_DENIED, 'service.tenant.license', 'fatal'],
    [status.RESOURCE_EXHAUSTED, 'concurrent.client.limit.exceeded', 'slow-down'],
    [status.NOT_FOUND, 'topic.not.found', 'fatal'],
    [status.UNKNOWN, 'topic.meta.permission', 'fatal'],
    [status.UNKNOWN, 'schema.api.unavailable', 'retry'],
    [status.INVALID_ARGUMENT, 'subscription.fetch.replayid.corrupted', 'cursor-invalid'],
    [status.INVALID_ARGUMENT, 'subscription.fetch.replayid.validation.failed', 'cursor-invalid'],
    [status.INVALID_ARGUMENT, 'subscription.fetch.replay.repeated', 'retry'],
    [status.RESOURCE_EXHAUSTED, 'subscription.limit.exceeded', 'quota'],
    [status.INVALID_ARGUMENT, 'subscription.fetch.requested.events.invalid', 'fatal'],
    [status.PERMISSION_DENIED, 'subscription.topic.cannot.subscribe', 'fatal'],
    [status.INTERNAL, 'subscription.internal.error', 'retry'],
    // Unlisted codes.
    [status.UNKNOWN, 'some.new.api.unavailable', 'retry'],
    [status.INVALID_ARGUMENT, 'some.new.replayid.trouble', 'cursor-invalid'],
    [status.UNKNOWN, 'some.new.limit.exceeded', 'quota'],
    [status.PERMISSION_DENIED, 'some.thing.else', 'unclear'],
  ])('of status %i with the trailer %s is %s', (code, errorCode, kind) => {
    const failure = classifyRpcError(anError(code, 'text. rpcId: 1', `${PREFIX}${errorCode}`));
    expect(failure).toMatchObject({ kind, id: errorCode });
  });

  it.each([
    [status.UNAVAILABLE, 'RST_STREAM closed stream. HTTP/2 error code: NO_ERROR', 'retry', 'unavailable'],
    [
      status.INTERNAL,
      'Received RST_STREAM with code 0 (Call ended without gRPC status)',
      'retry',
      'internal',
    ],
    [status.UNAUTHENTICATED, 'An authentication exception occurred.', 'reauth', 'unauthenticated'],
    [
      status.INTERNAL,
      'An authentication exception occurred. Provide valid authentication',
      'reauth',
      'internal',
    ],
    [
      status.INVALID_ARGUMENT,
      'The Replay ID validation failed. Ensure that the Replay ID is valid.',
      'cursor-invalid',
      'invalid-argument',
    ],
    [
      status.INVALID_ARGUMENT,
      'An error occurred while getting the metadata for org CORE/prod/00D and topic /event/X__e.',
      'unclear',
      'invalid-argument',
    ],
    [status.DEADLINE_EXCEEDED, 'Deadline exceeded', 'retry', 'deadline-exceeded'],
    [status.UNIMPLEMENTED, 'unknown service', 'unclear', 'unimplemented'],
    [status.PERMISSION_DENIED, 'Received HTTP status code 403', 'unclear', 'permission-denied'],
    [status.NOT_FOUND, '', 'unclear', 'not-found'],
    [status.INVALID_ARGUMENT, '', 'unclear', 'invalid-argument'],
    [status.UNKNOWN, '', 'retry', 'unknown'],
  ])('of status %i without a trailer, saying %j, is %s', (code, details, kind, id) => {
    expect(classifyRpcError(anError(code, details))).toMatchObject({ kind, id });
  });

  it('is no trouble when grpc-js gives no trailers at all', () => {
    const error = Object.assign(new Error('x'), {
      code: status.UNAVAILABLE,
      details: 'x',
      metadata: undefined,
    });
    expect(classifyRpcError(error as never)).toMatchObject({ kind: 'retry' });
  });

  it('is a failure like others when it is an error of the stream in Node, which knows nothing of gRPC', () => {
    const error = Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' });
    expect(classifyRpcError(error as never)).toEqual({
      kind: 'retry',
      id: 'unknown',
      message: 'The call to the Pub/Sub API failed. (found: "write after end")',
    });
  });

  it('does not put words of the connection into the mouth of Salesforce', () => {
    const { message } = classifyRpcError(
      anError(status.UNAVAILABLE, 'No connection established. Last error: ECONNREFUSED. Resolution note:'),
    );
    expect(message).toMatch(/ \(found: "No connection established\. Last error: ECONNREFUSED\."\)$/);
  });

  it('is told in a sentence, with what Salesforce said, cut', () => {
    const { message } = classifyRpcError(
      anError(status.PERMISSION_DENIED, 'x'.repeat(5_000), `${PREFIX}topic.meta.permission`),
    );
    expect(message).toMatch(
      /^The user may not read this topic\. In Salesforce Setup .*\(Salesforce: "x+…"\)$/,
    );
    expect(message.length).toBeLessThan(800);
  });
});
