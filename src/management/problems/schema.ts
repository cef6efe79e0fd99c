import * as v from 'valibot';
import { Address, Integer, knownValue } from '../../domain/fields.ts';
import { REFUSAL_IDS } from '../../domain/refusal.ts';

/** Refusals that only the HTTP edge makes; the others come from the use cases. */
const EDGE_PROBLEM_IDS = [
  'body-too-large',
  'internal-error',
  'invalid-token',
  'malformed-json',
  'method-not-allowed',
  'storage-full',
  'too-many-requests',
] as const;
const PROBLEM_IDS = [...REFUSAL_IDS, ...EDGE_PROBLEM_IDS] as const;
export type ProblemId = (typeof PROBLEM_IDS)[number];

/** RFC 9457, plus the fields that the stock plugin reads: `id` and `message`. */
export const Problem = v.looseObject({
  id: knownValue(PROBLEM_IDS),
  message: v.pipe(v.string(), v.description('what was expected, what was found and what to do: for people')),
  type: Address,
  title: v.string(),
  status: Integer,
  detail: v.pipe(v.string(), v.description('the same as `message`')),
  errors: v.optional(
    v.pipe(
      v.array(v.looseObject({ field: v.string(), message: v.string() })),
      v.description('one for each fault of the body or the query'),
    ),
  ),
});
