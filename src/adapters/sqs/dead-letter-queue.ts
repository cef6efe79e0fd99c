import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../../base/clock.ts';
import {
  DEAD_LETTER_QUEUES,
  type DeadLetter,
  type DeadLetterQueueName,
  type ListedDeadLetter,
  listedDeadLetter,
} from '../../domain/dead-letters/dead-letter.ts';
import {
  type DeadLetterFilter,
  matchesDeadLetterFilter,
  queuesOf,
} from '../../domain/dead-letters/dead-letter-filter.ts';
import {
  DEAD_LETTERS_ENDED_MAX,
  type DeadLetterCounts,
  type DeadLetterList,
  type DeadLetterMissing,
  type DeadLetterQueue,
  type DeadLetterSearch,
  type DeadLettersEnded,
  type DiscardResult,
  type RedriveResult,
  type RemoveResult,
} from '../../domain/dead-letters/dead-letter-queue.ts';
import type { QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import { isFifo } from './client.ts';
import { DEAD_LETTER_ATTRIBUTES } from './dead-letter-attributes.ts';
import { SqsDeliveryQueue } from './delivery-queue.ts';
import { SqsOrderedDeliveryQueue } from './ordered-delivery-queue.ts';

/** A queue and its dead letters. */
export interface SqsDeadLetterSource {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}
export type SqsDeadLetterSources = { readonly [Q in DeadLetterQueueName]: SqsDeadLetterSource };

const BATCH_ENTRIES_MAX = 10;
/**
 * With a wait, SQS asks all its servers: without one, an empty response proves nothing. The wait ends with the first
 * message.
 */
const RECEIVE_WAIT_SECONDS = 1;
/**
 * How long one call looks at messages: an API request has 29 s, which must also suffice to return what was looked at.
 */
const LOOKING_MS_MAX = 12_000;
/** Messages of one queue per call: those in hand have to be returned, ten per request. */
export const LOOKED_AT_MAX = 2_000;
/**
 * Messages that were looked at stay hidden until they are returned, so that each comes only once; longer than a call
 * can last. If the process dies meanwhile, or SQS refuses to take one back, it becomes visible again after this time.
 */
const HIDDEN_SECONDS = 30;

/** A message in hand, hidden from others. */
interface Taken {
  readonly deadLetter: DeadLetter;
  readonly receiptHandle: string;
  /** When our own code moved it here; if SQS moved it, when it was first sent. */
  readonly arrivedAtMs: number;
}

/**
 * The DLQs of SQS, accessed only by receiving, sending and deleting: a queue cannot be listed, asked for one message,
 * or made to move one. (`StartMessageMoveTask` moves all or nothing, and does not say what it moved.)
 */
export class SqsDeadLetterQueue implements DeadLetterQueue {
  readonly #client: SQSClient;
  readonly #sources: SqsDeadLetterSources;
  readonly #clock: Clock;

  constructor(client: SQSClient, sources: SqsDeadLetterSources, clock: Clock) {
    this.#client = client;
    this.#sources = sources;
    this.#clock = clock;
  }

  async counts(): Promise<DeadLetterCounts> {
    const [deliveries, ordered, polls] = await Promise.all([
      this.#count('deliveries'),
      this.#count('ordered'),
      this.#count('polls'),
    ]);
    return { deliveries, ordered, polls };
  }

  async #count(queue: DeadLetterQueueName): Promise<number> {
    const { Attributes } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#sources[queue].deadLetterQueueUrl,
        // Hidden messages are those that somebody is looking at right now.
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return (
      Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0) +
      Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'] ?? 0)
    );
  }

  async list(limit: number, filter: DeadLetterFilter = {}): Promise<DeadLetterList> {
    const lists = await Promise.all(
      queuesOf(filter).map(async (queue) => {
        const pass = this.#pass(queue);
        const deadLetters: ListedDeadLetter[] = [];
        for await (const batch of pass.batches()) {
          deadLetters.push(...matching(batch, filter).map(({ deadLetter }) => listedDeadLetter(deadLetter)));
          // One more than the limit tells whether there are more.
          if (deadLetters.length > limit) break;
        }
        return { deadLetters, pass };
      }),
    );
    const deadLetters = lists.flatMap((each) => each.deadLetters).sort((a, b) => a.sentAtMs - b.sentAtMs);
    return {
      deadLetters: deadLetters.slice(0, limit),
      isComplete: deadLetters.length <= limit && lists.every(({ pass }) => pass.isComplete),
      lookedAtCount: lists.reduce((sum, { pass }) => sum + pass.lookedAtCount, 0),
    };
  }

  find(id: string): Promise<DeadLetterSearch> {
    return this.#search(id, async ({ deadLetter }) => ({ kind: 'found', deadLetter }));
  }

  redrive(id: string): Promise<RedriveResult | DeadLetterMissing> {
    return this.#search(id, async (taken, pass) => {
      const { refusal } = await pass.putBack([taken]);
      return refusal === undefined
        ? { kind: 'redriven', deadLetter: taken.deadLetter }
        : { kind: 'refused', message: refusal };
    });
  }

  redriveAll(beforeMs: number, filter: DeadLetterFilter = {}): Promise<DeadLettersEnded> {
    return this.#endAll(beforeMs, filter, (pass, taken) => pass.putBack(taken));
  }

  discard(id: string): Promise<DiscardResult | DeadLetterMissing> {
    return this.#search(id, async (taken, pass) => {
      const { refusal } = await pass.discard([taken]);
      return refusal === undefined
        ? { kind: 'discarded', deadLetter: taken.deadLetter }
        : { kind: 'refused', message: refusal };
    });
  }

  discardAll(beforeMs: number, filter: DeadLetterFilter): Promise<DeadLettersEnded> {
    return this.#endAll(beforeMs, filter, (pass, taken) => pass.discard(taken));
  }

  async #endAll(
    beforeMs: number,
    filter: DeadLetterFilter,
    end: (pass: DeadLetterPass, taken: readonly Taken[]) => Promise<Ended>,
  ): Promise<DeadLettersEnded> {
    const untilMs = this.#clock.now() + LOOKING_MS_MAX;
    let count = 0;
    let lookedAtCount = 0;
    let refusal: string | undefined;
    let isComplete = true;
    for (const queue of queuesOf(filter)) {
      const pass = this.#pass(queue, untilMs);
      for await (const batch of pass.batches()) {
        const due = matching(batch, filter).filter(({ arrivedAtMs }) => arrivedAtMs <= beforeMs);
        const ended = await end(pass, due.slice(0, DEAD_LETTERS_ENDED_MAX - count));
        count += ended.count;
        refusal = ended.refusal;
        if (refusal !== undefined || count >= DEAD_LETTERS_ENDED_MAX) break;
      }
      lookedAtCount += pass.lookedAtCount;
      if (refusal !== undefined) return { count, lookedAtCount, refusal, isComplete: false };
      isComplete &&= pass.isComplete;
    }
    return { count, lookedAtCount, refusal: undefined, isComplete };
  }

  async removeWhere(
    queue: DeadLetterQueueName,
    isRemoved: (deadLetter: DeadLetter) => boolean,
  ): Promise<RemoveResult> {
    const pass = this.#pass(queue);
    let removedCount = 0;
    for await (const batch of pass.batches()) {
      const removed = batch.filter(({ deadLetter }) => isRemoved(deadLetter));
      await pass.remove(removed);
      removedCount += removed.length;
    }
    return { removedCount, isComplete: pass.isComplete };
  }

  async #search<R>(
    id: string,
    use: (taken: Taken, pass: DeadLetterPass) => Promise<R>,
  ): Promise<R | DeadLetterMissing> {
    const untilMs = this.#clock.now() + LOOKING_MS_MAX;
    let lookedAtCount = 0;
    let isComplete = true;
    for (const queue of DEAD_LETTER_QUEUES) {
      const pass = this.#pass(queue, untilMs);
      for await (const batch of pass.batches()) {
        const taken = batch.find(({ deadLetter }) => deadLetter.id === id);
        if (taken !== undefined) return await use(taken, pass);
      }
      lookedAtCount += pass.lookedAtCount;
      isComplete &&= pass.isComplete;
    }
    return isComplete ? { kind: 'missing' } : { kind: 'not-reached', lookedAtCount };
  }

  #pass(queue: DeadLetterQueueName, untilMs = this.#clock.now() + LOOKING_MS_MAX): DeadLetterPass {
    return new DeadLetterPass(this.#client, queue, this.#sources[queue], () => this.#clock.now() < untilMs);
  }
}

function matching(batch: readonly Taken[], filter: DeadLetterFilter): readonly Taken[] {
  return batch.filter(({ deadLetter }) => matchesDeadLetterFilter(deadLetter, filter));
}

/** The result for messages in hand; `refusal` says why some remain dead letters. */
interface Ended {
  readonly count: number;
  readonly refusal: string | undefined;
}

/** One pass through a DLQ. */
class DeadLetterPass {
  /** Whether the end of the queue was seen. */
  isComplete = false;
  lookedAtCount = 0;
  readonly #client: SQSClient;
  readonly #queue: DeadLetterQueueName;
  readonly #source: SqsDeadLetterSource;
  readonly #hasTime: () => boolean;
  /** Receipt handles by id. */
  readonly #inHand = new Map<string, string>();

  constructor(
    client: SQSClient,
    queue: DeadLetterQueueName,
    source: SqsDeadLetterSource,
    hasTime: () => boolean,
  ) {
    this.#client = client;
    this.#queue = queue;
    this.#source = source;
    this.#hasTime = hasTime;
  }

  /**
   * Yields each message once, hidden from others meanwhile. Messages that were not ended are returned to the queue when
   * the loop ends.
   */
  async *batches(): AsyncGenerator<readonly Taken[], void> {
    try {
      while (this.lookedAtCount < LOOKED_AT_MAX && this.#hasTime()) {
        const { Messages = [] } = await this.#client.send(
          new ReceiveMessageCommand({
            QueueUrl: this.#source.deadLetterQueueUrl,
            MaxNumberOfMessages: BATCH_ENTRIES_MAX,
            VisibilityTimeout: HIDDEN_SECONDS,
            WaitTimeSeconds: RECEIVE_WAIT_SECONDS,
            MessageSystemAttributeNames: ['All'],
            MessageAttributeNames: Object.values(DEAD_LETTER_ATTRIBUTES),
          }),
        );
        if (Messages.length === 0) {
          this.isComplete = await this.#isEmpty();
          return;
        }
        this.lookedAtCount += Messages.length;
        // SQS may deliver a message twice, though rarely.
        const batch = Messages.map((message) => takenOf(this.#queue, message)).filter(
          ({ deadLetter }) => !this.#inHand.has(deadLetter.id),
        );
        for (const { deadLetter, receiptHandle } of batch) this.#inHand.set(deadLetter.id, receiptHandle);
        yield batch;
      }
    } finally {
      await this.#giveBack();
    }
  }

  /**
   * Puts messages in hand back on the queue they came from, and only then removes them here. Throws if one that is back
   * on its queue could not be removed: it is then on both.
   */
  async putBack(taken: readonly Taken[]): Promise<Ended> {
    if (taken.length === 0) return { count: 0, refusal: undefined };
    const results = await this.#send(taken);
    const accepted = taken.filter((_, index) => results[index]?.queued === true);
    const refused = results.find((result) => !result.queued);
    await this.remove(accepted);
    return {
      count: accepted.length,
      refusal: refused?.queued === false ? refused.message : undefined,
    };
  }

  #send(taken: readonly Taken[]): Promise<readonly QueueResult[]> {
    const { queueUrl } = this.#source;
    if (!isFifo(queueUrl)) {
      return new SqsDeliveryQueue(this.#client, queueUrl).send(
        taken.map(({ deadLetter: { body, groupId } }) => ({ body, groupId })),
      );
    }
    return new SqsOrderedDeliveryQueue(this.#client, queueUrl).send(
      taken.map(({ deadLetter: { id, body, groupId = '' } }) => ({
        body,
        groupId,
        order: {
          laneId: groupId.slice(groupId.indexOf('/') + 1),
          // Not the id of the dead message, which SQS may still treat as a repeat.
          deduplicationId: `redriven.${id}`,
        },
      })),
    );
  }

  /**
   * A FIFO queue delivers nothing of a group while one of its messages is in hand: an empty response does not mean the
   * end of the queue.
   */
  async #isEmpty(): Promise<boolean> {
    const { deadLetterQueueUrl } = this.#source;
    if (!isFifo(deadLetterQueueUrl)) return true;
    const { Attributes } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: deadLetterQueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0) === 0;
  }

  /** Removes messages in hand for good. Throws if SQS does not: they then still exist. */
  async remove(taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    for (const { deadLetter } of taken) this.#inHand.delete(deadLetter.id);
    const failed = await this.#delete(taken);
    const [first] = failed;
    if (first !== undefined) {
      throw new Error(
        `expected SQS to delete dead letters that are done with, found ${first.Code} for ${failed.length} of them`,
      );
    }
  }

  /** Removes messages in hand. Those that SQS does not delete are returned with the rest. */
  async discard(taken: readonly Taken[]): Promise<Ended> {
    if (taken.length === 0) return { count: 0, refusal: undefined };
    const failed = await this.#delete(taken);
    const kept = new Set(failed.map(({ Id }) => Number(Id)));
    for (const [index, { deadLetter }] of taken.entries()) {
      if (!kept.has(index)) this.#inHand.delete(deadLetter.id);
    }
    const [first] = failed;
    return {
      count: taken.length - kept.size,
      refusal: first === undefined ? undefined : `${first.Code}: ${first.Message ?? 'SQS says no more'}`,
    };
  }

  /** Returns what SQS did not delete, by index. */
  async #delete(taken: readonly Taken[]): Promise<readonly BatchResultErrorEntry[]> {
    const { Failed = [] } = await this.#client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: this.#source.deadLetterQueueUrl,
        Entries: taken.map(({ receiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
        })),
      }),
    );
    return Failed;
  }

  async #giveBack(): Promise<void> {
    const handles = [...this.#inHand.values()];
    for (let start = 0; start < handles.length; start += BATCH_ENTRIES_MAX) {
      // A message that SQS refuses individually is visible again after HIDDEN_SECONDS.
      await this.#client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.#source.deadLetterQueueUrl,
          Entries: handles.slice(start, start + BATCH_ENTRIES_MAX).map((receiptHandle, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: 0,
          })),
        }),
      );
    }
  }
}

function takenOf(queue: DeadLetterQueueName, message: Message): Taken {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  const own = (name: keyof typeof DEAD_LETTER_ATTRIBUTES) =>
    MessageAttributes[DEAD_LETTER_ATTRIBUTES[name]]?.StringValue;
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const arrivedAtMs = number(Attributes.SentTimestamp) ?? 0;
  return {
    deadLetter: {
      id: MessageId,
      queue,
      body: Body,
      reason: own('reason'),
      receiveCount: number(own('receiveCount') ?? Attributes.ApproximateReceiveCount) ?? 0,
      sentAtMs: number(own('sentAtMs')) ?? arrivedAtMs,
      firstReceivedAtMs: number(own('firstReceivedAtMs') ?? Attributes.ApproximateFirstReceiveTimestamp),
      groupId: Attributes.MessageGroupId,
    },
    receiptHandle: ReceiptHandle,
    arrivedAtMs,
  };
}
