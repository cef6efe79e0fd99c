/** Message attributes of a dead letter that our own code moved: SQS gives the copy a new id, time and count. */
export const DEAD_LETTER_ATTRIBUTES = {
  reason: 'reason',
  receiveCount: 'receiveCount',
  sentAtMs: 'sentAtMs',
  firstReceivedAtMs: 'firstReceivedAtMs',
} as const;
