import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  ScheduledEvent,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';
import type { Stores } from '../../src/adapters/engine.ts';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemoryState } from '../../src/adapters/memory/state.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import type { DeadLetter } from '../../src/domain/dead-letters/dead-letter.ts';
import type { Delivery } from '../../src/domain/deliveries/delivery.ts';
import type { OutgoingMessage } from '../../src/domain/deliveries/delivery-queue.ts';
import { isHeld } from '../../src/domain/deliveries/lane.ts';
import { publicationDueAtMs } from '../../src/domain/publications/breaker-rules.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';
import {
  API_TIMEOUT_SECONDS,
  DELIVERY_CONSUMER,
  INGEST_TIMEOUT_SECONDS,
  ORDERED_CONSUMER,
  POLL_CONSUMER,
  SCHEDULE_INTERVAL_MS,
  SCHEDULE_TIMEOUT_SECONDS,
} from '../../src/settings/runtime.ts';
import { sqsRecord } from '../support/sqs-record.ts';
import type { Dice } from './dice.ts';
import { type Action, Installation } from './installation.ts';
import { Ledger } from './ledger.ts';
import { SimulatedQueue } from './message-queue.ts';
import { People } from './people.ts';
import { type FaultChoice, PortCalls } from './port-calls.ts';
import { Receivers } from './receivers.ts';
import {
  FIRST_TICK_MS,
  type Scenario,
  type ScenarioEvent,
  type ScenarioOutage,
  type ScenarioStall,
} from './scenario.ts';
import { type Scheduler, SimulatedProcess, START_MS } from './scheduler.ts';
import { APP, AUTHORIZATION, setUp } from './set-up.ts';
import { type Invocation, SimulatedFunction } from './simulated-function.ts';
import { SimulatedTopic } from './topic.ts';
import type { Trace } from './trace.ts';

/** A publisher that got no 202 tries again with the same ids. */
const PUBLISH_TRIES_MAX = 6;
const PUBLISH_AGAIN_MS = 2_000;
const CONCURRENCY_MAX = 4;
/** Counted from an accepted probe: the schedule runs once a minute, and may skip one. */
const DRAINED_WITHIN_MS = 5 * 60_000;
/** The chance that something the far side does for a function is not done. */
const DELETE_LOST = 0.01;
const TICK_SKIPPED = 0.1;
const TICK_DOUBLED = 0.1;
/**
 * After these, a delivery whose message has not ended may be parked, and nobody has checked yet whether it was resumed.
 */
const PARKING_FAULT = /^deliver .*(?:fails|lost|late-effect|repeated|crash)|^delete/;

/** An installation and its surroundings, from its first event to its last. */
export class World {
  readonly ledger: Ledger;
  readonly deadLetters: MemoryDeadLetterQueue;
  readonly #scenario: Scenario;
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;
  readonly #meets: (fault: string) => boolean;
  readonly #trace: Trace;
  readonly #state = new MemoryState();
  readonly #stores: Stores = makeMemoryStores(this.#state);
  readonly #topic: SimulatedTopic;
  readonly #deliveryQueue: SimulatedQueue;
  readonly #orderedQueue: SimulatedQueue;
  readonly #pollQueue: SimulatedQueue;
  readonly #ingest: SimulatedFunction<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>;
  readonly #deliver: SimulatedFunction<SQSEvent, SQSBatchResponse>;
  readonly #poller: SimulatedFunction<SQSEvent, SQSBatchResponse>;
  readonly #schedule: SimulatedFunction<ScheduledEvent, void>;
  readonly #api: SimulatedFunction<Action, unknown>;
  readonly #closing = new AbortController();
  readonly #people: People;
  #host: SimulatedProcess | undefined;
  #hosts = 0;
  #publishing = 0;
  #isLeftAlone = false;

  constructor(
    scenario: Scenario,
    scheduler: Scheduler,
    dice: Dice,
    { meets, placed }: Omit<FaultChoice, 'isDown'>,
    trace: Trace,
  ) {
    this.#scenario = scenario;
    this.#scheduler = scheduler;
    this.#dice = dice;
    this.#meets = meets;
    this.#trace = trace;
    this.#topic = new SimulatedTopic(scheduler, dice, scenario.topic, meets);
    this.ledger = new Ledger(scenario, scheduler, this.#state, this.#topic);
    this.deadLetters = new MemoryDeadLetterQueue(async (deadLetter) => {
      const { queue, body, groupId } = deadLetter;
      const [result] =
        queue === 'ordered'
          ? this.#orderedQueue.send([redriven(deadLetter)])
          : (queue === 'polls' ? this.#pollQueue : this.#deliveryQueue).send([{ body, groupId }]);
      return result ?? { queued: false, message: 'the queue gave no answer' };
    });
    const queueParts = {
      scheduler,
      dice,
      faults: scenario.messages,
      deadLetters: this.deadLetters,
      meets,
      refuses: (groupId: string | undefined) =>
        this.#isOut(({ port, publication }) => port === 'queue' && groupId === `${APP}/pub-${publication}`),
      trace,
    };
    this.#deliveryQueue = new SimulatedQueue({
      ...queueParts,
      name: 'deliveries',
      settings: { ...DELIVERY_CONSUMER, maxReceiveCount: scenario.maxReceiveCount },
      // A first delivery exists nowhere else, and SQS loses no message that it has accepted.
      mayLose: (body) => body.startsWith('{"v":1,"kind":"retry"'),
    });
    this.#orderedQueue = new SimulatedQueue({
      ...queueParts,
      name: 'ordered',
      // It delivers each message once, and at once unless its lane is blocked.
      faults: { ...scenario.messages, lost: 0, doubled: 0, late: 0 },
      settings: { ...ORDERED_CONSUMER, maxReceiveCount: scenario.maxReceiveCount },
      mayLose: () => false,
      keepsOrder: true,
      onBuried: (body) => this.ledger.buried(body),
    });
    this.#pollQueue = new SimulatedQueue({
      ...queueParts,
      name: 'polls',
      settings: POLL_CONSUMER,
      mayLose: () => true,
    });
    const installation = new Installation({
      stores: this.#stores,
      deliveryQueue: this.#deliveryQueue,
      orderedQueue: this.#orderedQueue,
      pollQueue: this.#pollQueue,
      deadLetters: this.deadLetters,
      topic: this.#topic,
      receivers: new Receivers(dice, scenario.receivers, this.ledger, meets, (name) => this.#isDead(name)),
      calls: new PortCalls(
        scheduler,
        dice,
        scenario.faults,
        this.ledger,
        {
          meets,
          placed,
          isDown: (path) => this.#isOut(({ port }) => path.startsWith(`${port}.`) && port !== 'queue'),
        },
        trace,
      ),
      dice,
      trace,
      closing: this.#closing.signal,
    });
    const makeFunction = <E, R>(
      role: string,
      timeoutSeconds: number,
      make: (process: SimulatedProcess) => (event: E, context: never) => Promise<R>,
    ) =>
      new SimulatedFunction<E, R>({
        role,
        scheduler,
        dice,
        timeoutMs: timeoutSeconds * 1_000,
        make: (process) => make(process) as (event: E, context: unknown) => Promise<R>,
        host: scenario.runs === 'host' ? () => this.#currentHost() : undefined,
      });
    this.#ingest = makeFunction('ingest', INGEST_TIMEOUT_SECONDS, (process) => installation.ingest(process));
    this.#deliver = makeFunction('deliver', DELIVERY_CONSUMER.functionTimeoutSeconds, (process) =>
      installation.deliver(process),
    );
    this.#poller = makeFunction('poller', scenario.pollerTimeoutMs / 1_000, (process) =>
      installation.poller(process),
    );
    this.#schedule = makeFunction('schedule', SCHEDULE_TIMEOUT_SECONDS, (process) =>
      installation.schedule(process),
    );
    this.#api = makeFunction('api', API_TIMEOUT_SECONDS, (process) => installation.api(process));
    this.#people = new People(this.#api, this.ledger, this.#state, trace);
    this.#consume(this.#deliveryQueue, this.#deliver, DELIVERY_CONSUMER.batchSize, 50);
    this.#consume(this.#orderedQueue, this.#deliver, ORDERED_CONSUMER.batchSize, 50, 'ordered.fifo');
    this.#consume(this.#pollQueue, this.#poller, POLL_CONSUMER.batchSize, 500);
  }

  async begin(): Promise<void> {
    await setUp(this.#stores, this.#scenario);
    for (const event of this.#scenario.events) this.#at(event.atMs, () => this.#publish(event));
    for (const action of this.#scenario.actions) this.#at(action.atMs, () => this.#people.act(action));
    for (const stall of this.#scenario.stalls) this.#at(stall.atMs, () => this.#stall(stall));
    this.#tick(FIRST_TICK_MS);
  }

  /** Faults are over and nobody creates events any more; people resume most of what was paused. */
  calm(): void {
    for (const [index, { name }] of this.#scenario.publications.entries()) {
      if (this.#dice.fixed('left paused', index) < 0.1) continue;
      const state = this.#state.publications.get(`pub-${name}`)?.state;
      if (state !== undefined && state !== 'active')
        this.#people.act({ kind: 'resume', target: name, atMs: 0, chance: 0.9 });
    }
    for (const { name, platform } of this.#scenario.subscriptions) {
      const kind = platform === 'generate' ? 'pause-subscription' : 'resume-subscription';
      this.#people.act({ kind, target: name, atMs: 0, chance: 0 });
    }
  }

  /** From now on nobody reads feeds. */
  stopReading(): void {
    this.#isLeftAlone = true;
    this.#closing.abort();
  }

  /** Whether every event has reached the place where it stays. */
  get isSettled(): boolean {
    if (this.#publishing > 0 || this.#deliveryQueue.size > 0 || this.#orderedQueue.size > 0) return false;
    if ([this.#ingest, this.#deliver, this.#schedule, this.#api].some(({ underWay }) => underWay > 0))
      return false;
    for (const { delivery } of this.#state.deliveries.values()) if (this.#isOpen(delivery)) return false;
    for (const { releaseAtMs, state } of this.#state.publications.values())
      if (releaseAtMs !== undefined && state === 'active') return false;
    return true;
  }

  /** Whether the feeds have reached the end of the topic. */
  get isCaughtUp(): boolean {
    for (const { feed } of this.#state.feeds.values()) {
      // A feed that has never had a stream waits for the first one.
      const isRead = [...this.#state.subscriptions.values()].some(
        (one) =>
          one.platform === 'salesforce' &&
          one.feedId === feed.id &&
          !one.paused &&
          [...this.#state.streams.values()].some(({ subscriptionId }) => subscriptionId === one.id),
      );
      if (isRead && Number(feed.cursor ?? 0) < this.#topic.events.length) return false;
    }
    return true;
  }

  /** What is resumed goes out within minutes, unless the parking of a delivery was cut short: then it is looked for hours later. */
  checkParked(faults: readonly string[]): void {
    const { outages, runs } = this.#scenario;
    const isDisturbed = (fault: string) =>
      PARKING_FAULT.test(fault) || (runs === 'host' && fault.includes('crash'));
    if (outages.length > 0 || faults.some(isDisturbed)) return;
    const [first] = this.#leftParked;
    if (first === undefined) return;
    this.ledger.break(
      'what is resumed goes out',
      `${first.eventId} to ${first.publicationId} is parked, long after the last resume`,
    );
  }

  /** Deliveries that stay parked although their publication is active and has had time to send them. */
  get #leftParked(): readonly Delivery[] {
    return [...this.#state.deliveries.values()]
      .map(({ delivery }) => delivery)
      .filter((delivery) => delivery.status === 'parked' && this.#isOpen(delivery))
      .filter(({ publicationId }) => {
        const breaker = this.#state.publications.get(publicationId)?.breaker;
        if (breaker === undefined) return true;
        // A receiver that is back was probed within minutes; one that misbehaves may have failed every probe.
        if (breaker.state !== 'closed') return this.#scenario.receivers === 0;
        return this.#scheduler.nowMs - breaker.sinceMs > DRAINED_WITHIN_MS;
      });
  }

  #isOpen(delivery: Delivery): boolean {
    // A held delivery waits for the first of its lane, which may be parked.
    if (delivery.status === 'waiting' && !isHeld(delivery)) return true;
    if (delivery.status !== 'parked' && delivery.status !== 'waiting') return false;
    return this.#state.publications.get(delivery.publicationId)?.state === 'active';
  }

  #at(ms: number, run: () => void): void {
    this.#scheduler.after(START_MS + ms - this.#scheduler.nowMs, undefined, run);
  }

  #currentHost(): SimulatedProcess {
    if (this.#host === undefined || this.#host.isDead) {
      this.#hosts += 1;
      this.#host = new SimulatedProcess(`host-${this.#hosts}`, this.#scheduler);
    }
    return this.#host;
  }

  #isOut(matches: (outage: ScenarioOutage) => boolean): boolean {
    const ms = this.#scheduler.nowMs - START_MS;
    // The calm begins with the end of the trouble.
    if (ms >= this.#scenario.troubleMs) return false;
    return this.#scenario.outages.some(
      (outage) => ms >= outage.atMs && ms < outage.atMs + outage.forMs && matches(outage),
    );
  }

  #isDead(name: string): boolean {
    const ms = this.#scheduler.nowMs - START_MS;
    if (ms >= this.#scenario.troubleMs) return false;
    return this.#scenario.deaths.some(
      ({ atMs, forMs, publication }) => publication === name && ms >= atMs && ms < atMs + forMs,
    );
  }

  #stall({ forMs }: ScenarioStall): void {
    const process = this.#poller.someProcess();
    if (process === undefined || this.#scenario.runs === 'host') return;
    this.#trace(process, () => `stands still for ${forMs} ms`);
    process.stalledUntilMs = this.#scheduler.nowMs + forMs;
  }

  // Publishers.

  #publish(event: ScenarioEvent, tries = 1): void {
    const { id, n, publication, isUndecodable, others } = event;
    if (publication === undefined) {
      this.#trace(undefined, () => `Salesforce publishes ${id} (n = ${n})`);
      this.#topic.publish({ id, n, isUndecodable });
      return;
    }
    const events = Array.from({ length: 1 + others }, (_, index) => ({
      specversion: '1.0',
      id: index === 0 ? id : `${id}.${index}`,
      source: '/publisher',
      type: 'simulated',
      data: { n },
    }));
    this.#publishing += 1;
    this.#trace(undefined, () => `an app publishes ${events.map((each) => each.id)} to ${publication}`);
    void this.#post(publication, events).then((isAccepted) => {
      this.#publishing -= 1;
      if (isAccepted || tries === PUBLISH_TRIES_MAX) return;
      this.#publishing += 1;
      this.#scheduler.after(PUBLISH_AGAIN_MS * tries, undefined, () => {
        this.#publishing -= 1;
        this.#publish(event, tries + 1);
      });
    });
  }

  async #post(publication: string, events: readonly object[]): Promise<boolean> {
    const invocation = await this.#ingest.invoke({
      rawPath: `/${publication}`,
      headers: { authorization: AUTHORIZATION, 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(events),
      isBase64Encoded: false,
      requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
    } as unknown as APIGatewayProxyEventV2);
    if (invocation.kind !== 'answered' || invocation.answer.statusCode !== 202) return false;
    const { ids } = JSON.parse(invocation.answer.body ?? '{}') as { readonly ids: readonly string[] };
    this.ledger.published(`pub-${publication}`, ids);
    return true;
  }

  // Event source mappings.

  #consume(
    queue: SimulatedQueue,
    consumer: SimulatedFunction<SQSEvent, SQSBatchResponse>,
    batchMax: number,
    waitMs: number,
    arn = '',
  ): void {
    const site = arn === '' ? consumer.role : arn;
    let isDue = false;
    // Counted per queue: the same function may consume another one.
    let underWay = 0;
    const look = () => {
      if (isDue) return;
      isDue = true;
      this.#scheduler.after(this.#dice.throw(`${site} looks`) * waitMs, undefined, () => {
        isDue = false;
        if (underWay >= CONCURRENCY_MAX || (this.#isLeftAlone && consumer === this.#poller)) return;
        const messages = queue.receive(1 + this.#dice.whole(`${site} batch`, batchMax));
        if (messages.length === 0) return;
        this.#trace(
          undefined,
          () =>
            `${consumer.role} receives ${messages.map(({ id, receiveCount }) => `${id} (${receiveCount})`)}`,
        );
        underWay += 1;
        void consumer
          .invoke({ Records: messages.map((message) => sqsRecord(message, arn)) })
          .then((invocation) => {
            underWay -= 1;
            this.#endBatch(queue, consumer.role, messages, invocation);
            look();
          });
        look();
      });
    };
    queue.onVisible = look;
  }

  #endBatch(
    queue: SimulatedQueue,
    role: string,
    messages: readonly ReceivedMessage[],
    invocation: Invocation<SQSBatchResponse>,
  ): void {
    // The messages are visible again after their queue's visibility timeout.
    if (invocation.kind !== 'answered') {
      // Whatever a store or a queue does, a consumer finishes its batch.
      if (invocation.kind === 'threw') this.ledger.threw(role, invocation.error);
      this.#trace(undefined, () => `${role} ${invocation.kind} with ${messages.map(({ id }) => id)}`);
      return;
    }
    const failed = new Set(invocation.answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = messages.filter(({ id }) => !failed.has(id));
    const deleted = done.filter(
      ({ receipt }) =>
        !(this.#dice.chance('delete lost', DELETE_LOST) && this.#meets(`delete of ${receipt} lost`)),
    );
    queue.delete(deleted.map(({ receipt }) => receipt));
  }

  // The schedule's clock.

  #tick(inMs: number): void {
    this.#scheduler.after(inMs, undefined, () => {
      const number = Math.round((this.#scheduler.nowMs - START_MS) / SCHEDULE_INTERVAL_MS);
      const thrown = this.#dice.fixed('tick', number);
      const isSkipped = thrown < TICK_SKIPPED && this.#meets(`schedule at minute ${number} skipped`);
      const isDoubled = thrown > 1 - TICK_DOUBLED && this.#meets(`schedule at minute ${number} doubled`);
      for (let times = isSkipped ? 0 : isDoubled ? 2 : 1; times > 0; times -= 1) {
        void this.#schedule.invoke({} as ScheduledEvent).then((invocation) => {
          if (invocation.kind === 'threw') this.ledger.threw('schedule', invocation.error);
        });
      }
      this.#tick(this.#isLeftAlone ? this.#untilDueMs() : SCHEDULE_INTERVAL_MS);
    });
  }

  /** Skips minutes in which the schedule has nothing to do. */
  #untilDueMs(): number {
    let dueAtMs = Number.POSITIVE_INFINITY;
    for (const { delivery } of this.#state.deliveries.values())
      dueAtMs = Math.min(dueAtMs, delivery.sweepAtMs ?? dueAtMs);
    for (const { lookAtMs } of this.#state.lanes.values()) dueAtMs = Math.min(dueAtMs, lookAtMs ?? dueAtMs);
    for (const publication of this.#state.publications.values())
      dueAtMs = Math.min(dueAtMs, publicationDueAtMs(publication) ?? dueAtMs);
    const minutes = Math.ceil((dueAtMs - this.#scheduler.nowMs) / SCHEDULE_INTERVAL_MS);
    return Math.min(600, Math.max(1, minutes)) * SCHEDULE_INTERVAL_MS;
  }
}

/** As the SQS adapter puts a dead letter back on its FIFO queue. */
function redriven({ id, body, receiveCount, groupId = '' }: DeadLetter): OutgoingMessage {
  const laneId = groupId.slice(groupId.indexOf('/') + 1);
  return { body, groupId, order: { laneId, deduplicationId: `redriven.${id}.${receiveCount}` } };
}
