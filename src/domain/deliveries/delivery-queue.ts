/** The queue between the sources of events and `deliver`. */
export interface DeliveryQueue {
  readonly limits: QueueLimits;
  /**
   * Queues the messages in as few requests as the limits allow, one request at a time per call. Answers in order, one
   * result a message. Never throws, neither for a message that the queue refuses nor for a request that fails. Ordered
   * messages of a lane are queued in their order: after one that is refused, none of its lane is.
   */
  send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]>;
}

/** What a queue takes. */
export interface QueueLimits {
  /** Bytes of the largest message, as `sizeOf` counts them. */
  readonly messageBytesMax: number;
  /** Bytes that the body takes up on the queue: more than in UTF-8 if the queue has to escape some of its characters. */
  readonly sizeOf: (body: string) => number;
  /** Whether `sizeOf` is at most `messageBytesMax`. Most bodies need no counting for that. */
  readonly fits: (body: string) => boolean;
  /** How many messages one request carries. */
  readonly messagesPerRequestMax: number;
  /** The longest delay of a message. */
  readonly delaySecondsMax: number;
}

export interface OutgoingMessage {
  /** JSON text, of one line or more. Characters that the queue does not take may arrive escaped, as the same JSON. */
  readonly body: string;
  /** The queue shares its consumers fairly between groups: see `groupOf`. */
  readonly groupId?: string | undefined;
  /** Whole seconds, from 0 to `delaySecondsMax`. An ordered message is not delayed. */
  readonly delaySeconds?: number | undefined;
  /** Present on a message that keeps an order: it is given to a consumer once those of its lane before it have ended. */
  readonly order?: MessageOrder | undefined;
}

export interface MessageOrder {
  readonly laneId: string;
  /** A second message with it within five minutes is taken and thrown away. */
  readonly deduplicationId: string;
}

/**
 * Why a queue refuses, if the reason is more than that it takes no more at the moment. `misconfigured`: it will refuse until
 * somebody fixes the installation, for example a missing right.
 */
export type RefusalReason = 'storage-full' | 'misconfigured';

export type QueueResult =
  | { readonly queued: true }
  | { readonly queued: false; readonly message: string; readonly reason?: RefusalReason | undefined };

/**
 * The group of a publication's messages, `<app>/<publication>`. A queue shares its consumers between apps, and what an app gets
 * between its publications: an app with a thousand publications takes no thousand shares.
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

/** The group of an ordered message on its queue, `<app>/<lane>`: up to 128 characters, as a FIFO queue takes. */
export function orderedGroupOf({ groupId = '' }: OutgoingMessage, { laneId }: MessageOrder): string {
  return `${groupId.slice(0, groupId.indexOf('/') + 1)}${laneId}`;
}
