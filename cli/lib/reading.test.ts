import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { reading } from './reading.ts';

const Reason = v.looseObject({ id: v.string(), message: v.string() });
const Feed = v.looseObject({
  id: v.string(),
  state: v.string(),
  lag_ms: v.optional(v.number()),
  filter: v.nullable(v.string()),
  reason: v.optional(Reason),
  gaps: v.array(v.looseObject({ at: v.string(), message: v.string() })),
  params: v.union([v.looseObject({ topic: v.string() }), v.looseObject({ interval: v.string() })]),
});

describe('an answer of a service of another version', () => {
  it('passes with fields that the schema does not know, at every level', () => {
    const answer = {
      id: 'f',
      state: 'active',
      newer: 1,
      filter: null,
      gaps: [{ at: 'now', message: 'lost', newer: [2] }],
      params: { table: 'orders' },
    };
    expect(v.parse(reading(Feed, 'state'), answer)).toEqual({ ...answer, filter: undefined });
  });

  it('passes without what the command does not need', () => {
    expect(v.parse(reading(Feed), { id: 'f', gaps: [{}] })).toEqual({ id: 'f', gaps: [{}] });
  });

  it('is read with null as absent', () => {
    expect(v.parse(reading(Feed), { id: 'f', lag_ms: null, reason: null }).reason).toBe(undefined);
  });

  it.each([
    ['without what the command needs', { id: 'f' }, 'state'],
    ['without its identity', { state: 'active' }, 'id'],
    [
      'with a part without its identity',
      { id: 'f', state: 'active', reason: { message: 'no' } },
      'reason.id',
    ],
    ['with a field of another kind', { id: 'f', state: 'active', lag_ms: '5 s' }, 'lag_ms'],
  ])('%s is refused', (_fault, answer, where) => {
    const parsed = v.safeParse(reading(Feed, 'state'), answer);
    expect(parsed.issues?.map((issue) => v.getDotPath(issue))).toEqual([where]);
  });
});
