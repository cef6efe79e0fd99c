import { describe, expect, it } from 'vitest';
import { REQUEST_BYTES_MAX, type RecordsMade } from './records.ts';
import { DELETE_KEYS_MAX, type IngestRequest, planRequests, requestBody } from './requests.ts';

type Made = Exclude<RecordsMade, { kind: 'rejected' }>;

const write = (key: string, json = `{"id":"${key}"}`): Made => ({ kind: 'upsert', records: [{ json, key }] });
const unkeyed = (json: string): Made => ({ kind: 'upsert', records: [{ json, key: undefined }] });
const remove = (...keys: string[]): Made => ({ kind: 'delete', keys });
const plan = (...made: Made[]) =>
  planRequests(
    made,
    made.map((_, index) => index),
  );
const shown = (stages: readonly (readonly IngestRequest[])[]) =>
  stages.map((stage) => stage.map((request) => `${request.operation} ${requestBody(request)}`));

describe('the requests of a batch', () => {
  it('are one for all writes and one for all deletes, side by side', () => {
    expect(shown(plan(write('a'), remove('x'), write('b'), remove('y', 'z')))).toEqual([
      ['upsert {"data":[{"id":"a"},{"id":"b"}]}', 'delete {"ids":["x","y","z"]}'],
    ]);
  });

  it.each([
    ['a write before its delete', [write('a'), remove('a')], [['upsert'], ['delete']]],
    ['a delete before its write', [remove('a'), write('a')], [['delete'], ['upsert']]],
    ['two writes of one key in their order', [write('a', '{"n":1}'), write('a', '{"n":2}')], [['upsert']]],
    [
      'a delete after a write of which the key is not known',
      [unkeyed('{}'), remove('a')],
      [['upsert'], ['delete']],
    ],
  ] as const)('send %s', (_what, made, stages) => {
    expect(plan(...made).map((stage) => stage.map(({ operation }) => operation))).toEqual(stages);
  });

  it('have bodies within the limit, filled as far as it goes', () => {
    const json = `"${'x'.repeat(998)}"`;
    const [stage] = plan(...Array.from({ length: 200 }, (_, index) => write(String(index), json)));
    const sizes = stage!.map((request) => Buffer.byteLength(requestBody(request)));
    expect(sizes).toHaveLength(2);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(REQUEST_BYTES_MAX);
    expect(sizes[0]! + 1_001).toBeGreaterThan(REQUEST_BYTES_MAX);
    expect(stage!.flatMap(({ parts }) => parts.map(({ event }) => event))).toEqual(
      Array.from({ length: 200 }, (_, index) => index),
    );
  });

  it.each([
    [DELETE_KEYS_MAX, 1],
    [DELETE_KEYS_MAX + 1, 2],
  ])('delete %i keys in %i', (count, requests) => {
    const keys = Array.from({ length: count }, (_, index) => String(index));
    expect(plan(remove(...keys))[0]).toHaveLength(requests);
  });
});
