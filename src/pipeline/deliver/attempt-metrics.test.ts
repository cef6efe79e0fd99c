import { expect, test } from 'vitest';
import { FAILURE_REASONS, failureReason } from './attempt-metrics.ts';

test.each([
  ['timeout', 'timeout'],
  ['connect-timeout', 'timeout'],
  ['name-not-found', 'connection'],
  ['tls-failed', 'connection'],
  ['http-301', 'http-3xx'],
  ['http-404', 'http-4xx'],
  ['http-429', 'throttled'],
  ['publish-request_limit_exceeded', 'throttled'],
  ['http-503', 'http-5xx'],
  ['field-mismatch', 'event'],
  ['oauth-refused', 'authorization'],
  ['authorization-gone', 'authorization'],
  ['handshake-refused', 'handshake'],
  ['no-result', 'other'],
  ['constructor', 'other'],
  ['http-999', 'other'],
  ['', 'other'],
])('%j is %s', (errorId, reason) => {
  expect(failureReason(errorId)).toBe(reason);
  expect(FAILURE_REASONS).toContain(reason);
});
