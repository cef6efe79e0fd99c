/** A message as its consumer received it. */
export interface ReceivedMessage {
  /** The queue's id of the message, to report it by. */
  readonly messageId: string;
  /** Names this one receive of it, for what is done to the message until it is visible again. */
  readonly receiptHandle: string;
  readonly body: string;
  /** At least 1: this receive counts. */
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  /** Fair queueing: the publication's id. */
  readonly groupId?: string | undefined;
}

/** A record of the event that Lambda calls a function with, as far as it is read. Numbers are text. */
interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: {
    readonly ApproximateReceiveCount: string;
    readonly SentTimestamp: string;
    readonly ApproximateFirstReceiveTimestamp: string;
    readonly MessageGroupId?: string | undefined;
  };
}

export function receivedMessage({
  messageId,
  receiptHandle,
  body,
  attributes,
}: QueueRecord): ReceivedMessage {
  return {
    messageId,
    receiptHandle,
    body,
    receiveCount: Number(attributes.ApproximateReceiveCount),
    sentAtMs: Number(attributes.SentTimestamp),
    firstReceivedAtMs: Number(attributes.ApproximateFirstReceiveTimestamp),
    groupId: attributes.MessageGroupId,
  };
}
