/** The queue between the sources of events and `deliver`. */
export interface DeliveryQueue {
  readonly limits: QueueLimits;
  /**
   * Queues the messages in as few requests as the limits allow, one request at a time per call. Returns one result per
   * message, in order. Never throws, neither for a refused message nor for a failed request. Ordered messages of a lane
   * are queued in order: once one is refused, no later one of its lane is queued.
   */
  send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]>;
}

/** What a queue accepts. */
export interface QueueLimits {
  /** Size of the largest message in bytes, as `sizeOf` counts them. */
  readonly messageBytesMax: number;
  /** Size of the body on the queue in bytes: more than its UTF-8 if the queue has to escape some characters. */
  readonly sizeOf: (body: string) => number;
  /** Whether `sizeOf` is at most `messageBytesMax`. Most bodies need no exact count for that. */
  readonly fits: (body: string) => boolean;
  /** How many messages one request carries. */
  readonly messagesPerRequestMax: number;
  /** The longest delay of a message. */
  readonly delaySecondsMax: number;
}

export interface OutgoingMessage {
  /** JSON text of one or more lines. Characters that the queue does not accept may arrive escaped (equivalent JSON). */
  readonly body: string;
  /** The fairness group of the message; the queue shares its consumers fairly between groups (see `groupOf`). */
  readonly groupId?: string | undefined;
  /** Whole seconds, from 0 to `delaySecondsMax`. Ordered messages cannot be delayed. */
  readonly delaySeconds?: number | undefined;
  /** Present on an ordered message: a consumer receives it once the earlier messages of its lane have ended. */
  readonly order?: MessageOrder | undefined;
}

export interface MessageOrder {
  readonly laneId: string;
  /** The queue accepts and drops a second message with the same id within five minutes. */
  readonly deduplicationId: string;
}

/**
 * Why a queue refuses, unless it is merely overloaded. `misconfigured`: it refuses until somebody fixes the
 * installation, for example a missing permission.
 */
export type RefusalReason = 'storage-full' | 'misconfigured';

export type QueueResult =
  | { readonly queued: true }
  | { readonly queued: false; readonly message: string; readonly reason?: RefusalReason | undefined };

/**
 * The group of a publication's messages, `<app>/<publication>`. A queue shares its consumers between apps, and each
 * app's share between its publications, so an app with a thousand publications does not get a thousand shares.
 */
export function groupOf({
  appId,
  publicationId,
}: {
  readonly appId: string;
  readonly publicationId: string;
}): string {
  return `${appId}/${publicationId}`;
}

/** The group of an ordered message on its queue, `<app>/<lane>`: at most 128 characters, the limit of a FIFO queue. */
export function orderedGroupOf({ groupId = '' }: OutgoingMessage, { laneId }: MessageOrder): string {
  return `${groupId.slice(0, groupId.indexOf('/') + 1)}${laneId}`;
}
