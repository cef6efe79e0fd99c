import { describe, expect, it } from 'vitest';
import { outcomeOfAnswer } from './ingest-outcome.ts';

const answer = (status: number, body = '', retryAfterMs?: number) =>
  outcomeOfAnswer({ kind: 'answer', status, body, retryAfterMs });

describe('an answer of Data Cloud', () => {
  it.each([
    [202, '{"accepted":true}'],
    [200, ''],
    [204, ''],
  ])('%i %s is a delivery', (status, body) => {
    expect(answer(status, body)).toEqual({ kind: 'delivered', status });
  });

  it.each([
    [202, '{"accepted":false}', 'not-accepted'],
    [301, '', 'http-301'],
    [401, '', 'unauthorized'],
    [403, '', 'not-permitted'],
    [404, '', 'unknown-connector'],
    [409, '', 'http-409'],
    [429, '', 'rate-limited'],
    [500, '', 'http-500'],
    [503, '<html>down</html>', 'http-503'],
  ])('%i %s is tried again as %s', (status, body, errorId) => {
    expect(answer(status, body)).toMatchObject({
      kind: 'retry',
      errorId,
      status,
      message: expect.stringMatching(/^(Data Cloud|The authorized user) .*\d/),
    });
  });

  it.each([
    [400, 'record-refused'],
    [413, 'record-too-large'],
    [422, 'record-refused'],
  ])('%i may be for one record, which is then rejected as %s', (status, errorId) => {
    expect(answer(status)).toMatchObject({
      kind: 'of-a-record',
      alone: { kind: 'rejected', errorId, status },
    });
  });

  it.each([
    ['{"timestamp":"…","error":"Bad Request","message":"a mismatch"}', '400: Bad Request: a mismatch'],
    ['{"error":"invalid_scope","error_description":"no scope"}', '400: invalid_scope: no scope'],
    ['[{"errorCode":"FORBIDDEN","message":"no access"}]', '400: FORBIDDEN: no access'],
    ['<html>', '400'],
    ['null', '400'],
  ])('says what the body %s says', (body, found) => {
    const outcome = answer(400, body);
    expect(outcome.kind === 'of-a-record' && outcome.alone.message).toContain(`(${found})`);
  });

  it.each([
    [429, 7_000, 7_000],
    [429, undefined, 2_000],
    [503, 9_000, 9_000],
  ])('%i with Retry-After %s is tried again after %i ms', (status, retryAfterMs, waited) => {
    expect(answer(status, '', retryAfterMs)).toMatchObject({ retryAfterMs: waited });
  });

  it('is kept up to a kilobyte', () => {
    const outcome = answer(500, 'x'.repeat(5_000));
    expect(outcome.kind === 'retry' && outcome.answer?.length).toBe(1_024);
  });
});
