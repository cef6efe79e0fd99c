/** A message as its consumer received it. */
export interface ReceivedMessage {
  /** The queue's message id; it is stable across receives. */
  readonly id: string;
  /** Identifies this receive. The consumer's operations on the message need it until it becomes visible again. */
  readonly receipt: string;
  readonly body: string;
  /** 1 at the first receive. */
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  /** The queue shares its consumers fairly between groups. Deliveries are grouped by publication. */
  readonly groupId?: string | undefined;
}
