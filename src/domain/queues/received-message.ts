/** A message as its consumer received it. */
export interface ReceivedMessage {
  /** The queue's id of the message: it stays the same from receive to receive. */
  readonly id: string;
  /** Stands for this one receive. What the consumer does with the message names it, until the message is visible again. */
  readonly receipt: string;
  readonly body: string;
  /** 1 at the first receive. */
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  /** The queue shares its consumers fairly between groups. A group of deliveries is a publication. */
  readonly groupId?: string | undefined;
}
