/** The result of a management API use case that refuses a request; nothing was changed. */
export interface Refusal {
  readonly kind: 'refused';
  /** Stable; part of the API (docs/api.md). */
  readonly id: RefusalId;
  /** For people: what was expected, what was found and what to do. */
  readonly message: string;
}

export const REFUSAL_IDS = [
  'already-delivered',
  'already-ended',
  'authorization-not-active',
  'authorization-refused',
  'forbidden',
  'in-use',
  'invalid-filter',
  'invalid-interval',
  'invalid-key',
  'invalid-mapping',
  'invalid-name',
  'invalid-request',
  'invalid-url',
  'limit-reached',
  'name-taken',
  'not-found',
  'not-replayable',
  'precondition-failed',
  'publication-not-active',
  'queue-refused',
  'salesforce-unreachable',
  'target-not-allowed',
  'session-over',
  'topic-not-permitted',
  'try-again',
  'unknown-connector',
  'unknown-topic',
  'unprocessable',
  'waits-for-another',
] as const;
export type RefusalId = (typeof REFUSAL_IDS)[number];

export function refuse(id: RefusalId, message: string): Refusal {
  return { kind: 'refused', id, message };
}
