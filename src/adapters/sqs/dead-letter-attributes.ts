/** Message attributes of a dead letter that was put there by our own hand: SQS gives the copy a new id, time and count. */
export const DEAD_LETTER_ATTRIBUTES = {
  reason: 'reason',
  receiveCount: 'receiveCount',
  sentAtMs: 'sentAtMs',
  firstReceivedAtMs: 'firstReceivedAtMs',
} as const;
