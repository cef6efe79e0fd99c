import type { Refusal } from '../../src/domain/refusal.ts';
import type { ProblemId, Problem as ProblemSchema } from '../../src/management/problems/schema.ts';
import type { Shown } from './shown.ts';

/** The status and title of every id (RFC 9457: the title is the same for every occurrence). */
export const PROBLEMS: { readonly [Id in ProblemId]: { readonly status: number; readonly title: string } } = {
  'already-delivered': { status: 409, title: 'The delivery was already made' },
  'already-ended': { status: 409, title: 'The redrive has ended' },
  'authorization-not-active': { status: 409, title: 'The authorization is not active' },
  'authorization-refused': { status: 422, title: 'Salesforce refused the authorization' },
  'body-too-large': { status: 413, title: 'The request body is too large' },
  forbidden: { status: 403, title: 'The token does not give access to this' },
  'in-use': { status: 409, title: 'The resource is in use' },
  'internal-error': { status: 500, title: 'Internal error' },
  'invalid-filter': { status: 422, title: 'The filter does not compile' },
  'invalid-interval': { status: 422, title: 'The interval is not valid' },
  'invalid-key': { status: 422, title: 'The key mapping is not valid' },
  'invalid-mapping': { status: 422, title: 'The mapping does not compile' },
  'invalid-name': { status: 422, title: 'The name is not valid' },
  'invalid-request': { status: 400, title: 'The request is not valid' },
  // Not `unauthorized`: that id makes the Heroku CLI start a login.
  'invalid-token': { status: 401, title: 'The token is missing or not valid' },
  'invalid-url': { status: 422, title: 'The URL is not valid' },
  'limit-reached': { status: 409, title: 'A limit has been reached' },
  'malformed-json': { status: 400, title: 'The request body is not valid JSON' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'name-taken': { status: 409, title: 'The name is already taken' },
  'not-found': { status: 404, title: 'Not found' },
  'not-replayable': { status: 409, title: 'The event cannot be replayed' },
  'precondition-failed': { status: 412, title: 'The resource was changed since it was read' },
  'publication-not-active': { status: 409, title: 'The publication is not active' },
  'queue-refused': { status: 503, title: 'The queue refused the message' },
  'salesforce-unreachable': { status: 502, title: 'Salesforce cannot be reached' },
  'session-over': { status: 409, title: 'The session of the listener is over' },
  'storage-full': { status: 507, title: 'The disk is full' },
  'target-not-allowed': { status: 422, title: 'The installation does not send to this target' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'topic-not-permitted': { status: 422, title: 'The topic cannot be used this way' },
  'try-again': { status: 409, title: 'The resource was changed at the same time' },
  'unknown-connector': { status: 422, title: 'Data Cloud has no such connector or object' },
  'unknown-topic': { status: 422, title: 'Salesforce has no such topic' },
  unprocessable: { status: 422, title: 'The request is well-formed, but cannot be followed' },
  'waits-for-another': { status: 409, title: 'Another delivery comes first' },
};

/** A refusal by a use case or by the edge, ready to be rendered. */
export interface Problem {
  readonly kind: 'refused';
  readonly id: ProblemId;
  /** Says, for people, what was expected, what was found and what to do. */
  readonly message: string;
  /** One entry per fault of the body or the query. */
  readonly errors?: readonly FieldFault[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

export function problem(
  id: ProblemId,
  message: string,
  more: Pick<Problem, 'errors' | 'headers'> = {},
): Problem {
  return { kind: 'refused', id, message, ...more };
}

/** The body: the fields that the stock plugin reads (`id`, `message`), and the members of RFC 9457. */
export function problemBody({
  id,
  message,
  errors,
}: Problem | (Refusal & Pick<Problem, 'errors'>)): Shown<typeof ProblemSchema> {
  const { status, title } = PROBLEMS[id];
  return { id, message, type: `urn:sluice:problem:${id}`, title, status, detail: message, errors };
}
