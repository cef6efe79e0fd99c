import type { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { encodeBody, QUEUE_LIMITS, sizeRefusal } from '../../src/adapters/queue-messages.ts';
import type { DeadLetterQueueName } from '../../src/domain/dead-letters/dead-letter.ts';
import {
  type OutgoingMessage,
  orderedGroupOf,
  type QueueResult,
} from '../../src/domain/deliveries/delivery-queue.ts';
import type { MessageReturn, ReturnResult } from '../../src/domain/queues/message-returns.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';
import type { ConsumerSettings } from '../../src/settings/runtime.ts';
import type { Dice } from './dice.ts';
import type { Scheduler } from './scheduler.ts';
import { shown, type Trace } from './trace.ts';

interface Held {
  readonly id: string;
  readonly body: string;
  readonly groupId: string | undefined;
  readonly number: number;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receiveCount: number;
  firstReceivedAtMs: number;
  /** From the last receive. */
  receipt: string;
}

export interface MessageFaults {
  /** Applies to the messages of one request: the others are accepted. */
  readonly refused: number;
  readonly lost: number;
  readonly doubled: number;
  readonly late: number;
}

const LATE_MS_MAX = 90_000;
/** SQS's own value. */
const DEDUPLICATION_MS = 5 * 60_000;

/**
 * A standard SQS queue delivers at least once and in any order, hides a message while somebody works on it, counts each receive, and
 * dead-letters a message after too many. A FIFO queue also holds back the rest of a group while one of its messages is in flight or
 * has to come again.
 */
export class SimulatedQueue {
  readonly limits = QUEUE_LIMITS;
  readonly #name: DeadLetterQueueName;
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;
  readonly #faults: MessageFaults;
  readonly #settings: Pick<ConsumerSettings, 'visibilityTimeoutSeconds' | 'maxReceiveCount'>;
  readonly #deadLetters: MemoryDeadLetterQueue;
  readonly #meets: (fault: string) => boolean;
  readonly #mayLose: (body: string) => boolean;
  readonly #refuses: (groupId: string | undefined) => boolean;
  readonly #keepsOrder: boolean;
  readonly #onBuried: (body: string) => void;
  readonly #trace: Trace;
  readonly #held = new Set<Held>();
  /** Send times by deduplication id. */
  readonly #sent = new Map<string, number>();
  #sentCount = 0;
  /** Called when a message may be received. */
  onVisible: () => void = () => undefined;

  constructor(options: {
    readonly name: DeadLetterQueueName;
    readonly scheduler: Scheduler;
    readonly dice: Dice;
    readonly faults: MessageFaults;
    readonly settings: Pick<ConsumerSettings, 'visibilityTimeoutSeconds' | 'maxReceiveCount'>;
    readonly deadLetters: MemoryDeadLetterQueue;
    readonly meets: (fault: string) => boolean;
    /** Whether the promises hold even if the message is lost. */
    readonly mayLose: (body: string) => boolean;
    /** Whether the group has an outage. */
    readonly refuses: (groupId: string | undefined) => boolean;
    readonly keepsOrder?: boolean;
    /** Later messages of its group overtake it. */
    readonly onBuried?: (body: string) => void;
    readonly trace: Trace;
  }) {
    this.#name = options.name;
    this.#scheduler = options.scheduler;
    this.#dice = options.dice;
    this.#faults = options.faults;
    this.#settings = options.settings;
    this.#deadLetters = options.deadLetters;
    this.#meets = options.meets;
    this.#mayLose = options.mayLose;
    this.#refuses = options.refuses;
    this.#keepsOrder = options.keepsOrder ?? false;
    this.#onBuried = options.onBuried ?? (() => undefined);
    this.#trace = options.trace;
  }

  /** Messages not yet deleted, including hidden ones. */
  get size(): number {
    return this.#held.size;
  }

  /** Like `DeliveryQueue.send`, for one request. */
  send(messages: readonly OutgoingMessage[]): readonly QueueResult[] {
    return messages.map((message) => this.#put(message));
  }

  #put(message: OutgoingMessage): QueueResult {
    const { body, delaySeconds = 0, order } = message;
    const groupId = order === undefined ? message.groupId : orderedGroupOf(message, order);
    const { delaySecondsMax } = this.limits;
    if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > delaySecondsMax) {
      return {
        queued: false,
        message: `expected a delay of 0 to ${delaySecondsMax} s, found ${delaySeconds}`,
      };
    }
    const encoded = encodeBody(body);
    const refusal = sizeRefusal(encoded);
    if (refusal !== undefined) return refusal;
    this.#sentCount += 1;
    const id = `${this.#name}-${this.#sentCount}`;
    const meets = (what: keyof MessageFaults) =>
      this.#dice.fixed(`message ${this.#name} ${what}`, this.#sentCount) < this.#faults[what] &&
      this.#meets(`message ${id} ${what}`);
    if (this.#refuses(message.groupId) || meets('refused'))
      return { queued: false, message: 'the queue takes no more at the moment' };
    if (order !== undefined) {
      const sentAtMs = this.#sent.get(order.deduplicationId);
      if (sentAtMs !== undefined && this.#scheduler.nowMs - sentAtMs < DEDUPLICATION_MS)
        return { queued: true };
      this.#sent.set(order.deduplicationId, this.#scheduler.nowMs);
    }
    if (this.#mayLose(body) && meets('lost')) {
      this.#trace(undefined, () => `${id} ${shown({ body })}: the queue loses it`);
      return { queued: true };
    }
    const lateMs = meets('late') ? this.#dice.fixed('message late', this.#sentCount) * LATE_MS_MAX : 0;
    for (let copies = meets('doubled') ? 2 : 1; copies > 0; copies -= 1) {
      const held: Held = {
        id,
        body: encoded.body,
        groupId,
        number: this.#sentCount,
        sentAtMs: this.#scheduler.nowMs,
        visibleAtMs: 0,
        receiveCount: 0,
        firstReceivedAtMs: 0,
        receipt: '',
      };
      this.#held.add(held);
      this.#hideFor(held, delaySeconds * 1_000 + (copies === 1 ? lateMs : lateMs + 10));
    }
    return { queued: true };
  }

  /** Takes up to `max` of the visible messages, in any order. */
  receive(max: number): readonly ReceivedMessage[] {
    const { nowMs } = this.#scheduler;
    const visible = this.#keepsOrder ? this.#inOrder() : this.#inAnyOrder();
    const received: ReceivedMessage[] = [];
    for (const held of visible) {
      if (received.length === max) break;
      // One receive gets only one copy of a doubled message.
      if (received.some(({ id }) => id === held.id)) continue;
      if (held.receiveCount >= this.#settings.maxReceiveCount) {
        this.#bury(held);
        continue;
      }
      held.receiveCount += 1;
      if (held.receiveCount === 1) held.firstReceivedAtMs = nowMs;
      held.receipt = `${held.id}/${this.#dice.throw('receipt')}`;
      this.#hideFor(held, this.#settings.visibilityTimeoutSeconds * 1_000);
      const { id, receipt, body, receiveCount, sentAtMs, firstReceivedAtMs, groupId } = held;
      received.push({ id, receipt, body, receiveCount, sentAtMs, firstReceivedAtMs, groupId });
    }
    return received;
  }

  #inAnyOrder(): readonly Held[] {
    const { nowMs } = this.#scheduler;
    return [...this.#held]
      .filter(({ visibleAtMs }) => visibleAtMs <= nowMs)
      .map((held) => ({ held, place: this.#dice.throw('message order') }))
      .sort((a, b) => a.place - b.place)
      .map(({ held }) => held);
  }

  /** Groups in any order; within a group in send order, and none from a group with a hidden message. */
  #inOrder(): readonly Held[] {
    const { nowMs } = this.#scheduler;
    const groups = Map.groupBy(this.#held, ({ groupId }) => groupId);
    return [...groups.values()]
      .filter((group) => group.every(({ visibleAtMs }) => visibleAtMs <= nowMs))
      .map((group) => ({ group, place: this.#dice.throw('group order') }))
      .sort((a, b) => a.place - b.place)
      .flatMap(({ group }) => group.sort((a, b) => a.number - b.number));
  }

  delete(receipts: readonly string[]): void {
    for (const held of this.#held) {
      if (receipts.includes(held.receipt)) this.#held.delete(held);
    }
    // The messages behind it can be received now.
    if (this.#keepsOrder && this.#held.size > 0) this.onVisible();
  }

  /** Like `MessageReturns`. */
  returns() {
    return {
      returnLater: async (returns: readonly MessageReturn[]): Promise<readonly ReturnResult[]> =>
        returns.map(({ message, delaySeconds }) => {
          const held = this.#find(message.receipt);
          if (held === undefined) return { kind: 'refused', message: 'the receipt is no longer good' };
          this.#hideFor(held, delaySeconds * 1_000);
          return { kind: 'done' };
        }),
      deadLetter: async (message: ReceivedMessage, reason: string): Promise<ReturnResult> => {
        const { receipt: _receipt, ...kept } = message;
        this.#onBuried(message.body);
        this.#deadLetters.bury({ ...kept, queue: this.#name, reason }, this.#scheduler.nowMs);
        return { kind: 'done' };
      },
    };
  }

  #bury(held: Held): void {
    this.#held.delete(held);
    this.#onBuried(held.body);
    const { id, body, receiveCount, sentAtMs, firstReceivedAtMs, groupId } = held;
    this.#trace(undefined, () => `${id} ${shown({ body })}: goes to the dead letters`);
    this.#deadLetters.bury(
      {
        id,
        queue: this.#name,
        body,
        reason: undefined,
        receiveCount,
        sentAtMs,
        firstReceivedAtMs,
        groupId,
      },
      this.#scheduler.nowMs,
    );
  }

  #find(receipt: string): Held | undefined {
    return [...this.#held].find((held) => held.receipt === receipt);
  }

  #hideFor(held: Held, ms: number): void {
    const visibleAtMs = this.#scheduler.nowMs + Math.ceil(ms);
    held.visibleAtMs = visibleAtMs;
    this.#scheduler.after(ms, undefined, () => {
      if (held.visibleAtMs === visibleAtMs && this.#held.has(held)) this.onVisible();
    });
  }
}
