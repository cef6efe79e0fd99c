import type { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import type { MemoryState } from '../../src/adapters/memory/state.ts';
import type { Delivery } from '../../src/domain/deliveries/delivery.ts';
import {
  type DeliveryMessage,
  type FirstDelivery,
  parseDeliveryMessage,
} from '../../src/domain/deliveries/delivery-message.ts';
import type { OutgoingMessage, QueueResult } from '../../src/domain/deliveries/delivery-queue.ts';
import { isHeld } from '../../src/domain/deliveries/lane.ts';
import type { FeedLease } from '../../src/domain/feeds/feed.ts';
import type { HeldFeed, WorkerRenewal } from '../../src/domain/feeds/feed-store.ts';
import type { FeedWorkerRecord } from '../../src/domain/feeds/feed-worker-record.ts';
import type { Publication } from '../../src/domain/publications/publication.ts';
import type { GenerateSubscription, Subscription } from '../../src/domain/subscriptions/subscription.ts';
import type { CallWatcher } from './port-calls.ts';
import type { Scenario, ScenarioStream } from './scenario.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';
import type { SimulatedTopic } from './topic.ts';

/** Something that must never happen, and did. */
export interface Violation {
  /** The promise that was broken. */
  readonly promise: BrokenPromise;
  readonly sentence: string;
}

export type BrokenPromise =
  | 'accepted is queued'
  | 'nothing is lost'
  | 'an end has its reason'
  | 'the cursor follows what is accepted'
  | 'one worker a feed'
  | 'who lost a lease writes no more'
  | 'the record comes before the message'
  | 'the queue takes every delay'
  | 'a pause holds'
  | 'one probe at a time'
  | 'first deliveries come in order'
  | 'everything comes to its end'
  | 'what is resumed goes out'
  | 'nothing is thrown that nobody catches';

/** An attempt in flight to a receiver. */
export interface SimulatedAttempt {
  readonly process: SimulatedProcess;
  isOver: boolean;
}

/** Identifies one event on one stream, or published directly. */
type Key = string;

function keyOf(publicationId: string, subscriptionId: string | undefined, eventId: string): Key {
  return `${eventId} by ${subscriptionId ?? 'itself'} to ${publicationId}`;
}

function keysOf({ publicationId, subscriptionId, eventJsons }: FirstDelivery): readonly Key[] {
  return eventJsons.map((json) => {
    const { id } = JSON.parse(json) as { readonly id: string };
    return keyOf(publicationId, subscriptionId, id);
  });
}

/** A pause takes effect within 5 s of an attempt's look-up, and the read of the attempt's record may follow later. */
const PAUSE_MS = { usual: 7_000, late: 26_000 } as const;

/**
 * Keeps its own books of what was promised. It sees the effect of every call, and at the end compares what was accepted with what
 * the receivers took and what people can see.
 */
export class Ledger implements CallWatcher {
  violation: Violation | undefined;
  readonly #scenario: Scenario;
  readonly #scheduler: Scheduler;
  readonly #state: MemoryState;
  readonly #topic: SimulatedTopic;
  readonly #accepted = new Set<Key>();
  readonly #received = new Set<Key>();
  readonly #refused = new Set<Key>();
  readonly #discarded = new Set<string>();
  readonly #quarantined = new Set<string>();
  /** By lane, in the order in which the queue accepted them. */
  readonly #lanes = new Map<string, Key[]>();
  readonly #laneOf = new Map<Key, string>();
  /** Once given up, discarded or dead-lettered: later events may overtake these. */
  readonly #passed = new Set<Key>();
  readonly #dueTimes = new Set<string>();
  readonly #pausedSinceMs = new Map<string, number>();
  readonly #deleted = new Set<string>();
  /** By publication, while its breaker is not closed. */
  readonly #outages = new Map<
    string,
    { readonly sinceMs: number; claimCount: number; probe?: SimulatedAttempt }
  >();
  readonly #claims = new Map<string, number>();
  readonly #holders = new Map<string, { readonly lease: FeedLease; readonly process: SimulatedProcess }>();
  readonly #workerUntilMs = new Map<string, number>();
  readonly #lostLeases = new Set<string>();
  readonly #nextRuns = new Map<string, number>();
  readonly #pauseMs: number;

  constructor(scenario: Scenario, scheduler: Scheduler, state: MemoryState, topic: SimulatedTopic) {
    const { rates } = scenario.faults;
    this.#scenario = scenario;
    this.#scheduler = scheduler;
    this.#state = state;
    this.#topic = topic;
    this.#pauseMs =
      rates.late + rates['late-answer'] + rates['late-effect'] > 0 ? PAUSE_MS.late : PAUSE_MS.usual;
  }

  break(promise: BrokenPromise, sentence: string): void {
    this.violation ??= { promise, sentence };
  }

  asked(_process: SimulatedProcess, path: string, given: readonly unknown[]): void {
    if (path !== 'feeds.moveCursor' && path !== 'feeds.setState') return;
    const lease = (path === 'feeds.moveCursor' ? given[0] : given[2]) as FeedLease | undefined;
    if (lease === undefined) return;
    if (this.#lostLeases.has(nameOf(lease)) || this.#lostLeases.has(lease.owner)) {
      this.break(
        'who lost a lease writes no more',
        `${lease.owner} asked for ${path} after it had been told that its lease is lost`,
      );
    }
  }

  before(_process: SimulatedProcess, path: string, given: readonly unknown[]): void {
    if (path === 'queue.send' || path === 'orderedQueue.send')
      this.#beforeSend(given[0] as readonly OutgoingMessage[]);
  }

  after(process: SimulatedProcess, path: string, given: readonly unknown[], answer: unknown): void {
    switch (path) {
      case 'queue.send':
      case 'orderedQueue.send':
        this.#sent(given[0] as readonly OutgoingMessage[], answer as readonly QueueResult[]);
        return;
      case 'deliveries.create':
        if (answer === 'created') this.#stored(given[0] as Delivery);
        return;
      case 'deliveries.update':
        if (answer === 'updated') this.#stored(given[0] as Delivery);
        return;
      case 'publications.update':
        if (answer === 'updated') this.#publicationUpdated(given[0] as Publication);
        return;
      case 'quarantine.put':
        this.#quarantined.add((given[0] as { readonly eventId: string }).eventId);
        return;
      case 'subscriptions.update':
        if (answer === 'updated') this.#subscriptionUpdated(given[0] as Subscription);
        return;
      case 'feeds.acquireLease':
        if (answer !== undefined) this.#leased(process, (answer as HeldFeed).lease);
        return;
      case 'feeds.releaseLease':
        this.#released(process, given[0] as FeedLease);
        return;
      case 'feeds.moveCursor':
        if (answer === 'moved') {
          this.#moved(given[0] as FeedLease, Number((given[1] as { readonly cursor: string }).cursor));
        }
        return;
      case 'feeds.setState':
        if (given[2] === undefined) this.#holders.delete(String(given[0]));
        return;
      case 'feeds.remove':
        this.#holders.delete(String(given[0]));
        return;
      case 'feeds.startWorker':
        this.#renewed(given[0] as FeedWorkerRecord);
        return;
      case 'feeds.renewWorker':
        if ((answer as WorkerRenewal).kind === 'renewed') this.#renewed(given[0] as FeedWorkerRecord);
        return;
      case 'feeds.endWorker':
      case 'feeds.removeWorker':
        this.#workerUntilMs.delete(String(given[0]));
        return;
      case 'feeds.endDeadWorker':
        if (answer === true) this.#endedDead(String(given[0]));
    }
  }

  threw(what: string, error: unknown): void {
    this.break('nothing is thrown that nobody catches', `${what} threw ${String(error)}`);
  }

  answered(_process: SimulatedProcess, path: string, given: readonly unknown[], answer: unknown): void {
    if (path === 'feeds.moveCursor' && answer === 'lost') this.#lostLeases.add(nameOf(given[0] as FeedLease));
    if (path === 'feeds.setState' && answer === 'lost') this.#lostLeases.add(nameOf(given[2] as FeedLease));
    if (path === 'feeds.renewWorker' && (answer as WorkerRenewal).kind === 'lost') {
      this.#lostLeases.add((given[0] as FeedWorkerRecord).id);
    }
  }

  /** The publisher was told that these were accepted. */
  published(publicationId: string, ids: readonly string[]): void {
    for (const id of ids) {
      const key = keyOf(publicationId, undefined, id);
      if (!this.#accepted.has(key)) {
        this.break('accepted is queued', `202 was answered for ${key}, which the queue did not take`);
      }
    }
  }

  attemptStarts(publicationId: string, process: SimulatedProcess): SimulatedAttempt {
    const attempt = { process, isOver: false };
    this.#probeStarts(publicationId, attempt);
    this.#attemptStarts(publicationId);
    return attempt;
  }

  attemptEnds(attempt: SimulatedAttempt): void {
    attempt.isOver = true;
  }

  /** Whoever knows that the breaker is open starts only the probe that it claimed. */
  #probeStarts(publicationId: string, attempt: SimulatedAttempt): void {
    const outage = this.#outages.get(publicationId);
    if (outage === undefined || this.#scheduler.nowMs - outage.sinceMs <= this.#pauseMs) return;
    outage.claimCount -= 1;
    const { probe } = outage;
    const isAlone = probe === undefined || probe.isOver || probe.process.isDead;
    if (outage.claimCount < 0 || !isAlone) {
      this.break(
        'one probe at a time',
        `an attempt on ${publicationId} began while its breaker was open, ${isAlone ? 'and nobody had claimed the probe' : 'and another one was under way'}`,
      );
    }
    outage.probe = attempt;
  }

  #publicationUpdated({ id, breaker }: Publication): void {
    if (breaker === undefined || breaker.state === 'closed') {
      this.#outages.delete(id);
      return;
    }
    const outage = this.#outages.get(id) ?? { sinceMs: this.#scheduler.nowMs, claimCount: 0 };
    this.#outages.set(id, outage);
    const claimUntilMs = breaker.state === 'half-open' ? (breaker.nextProbeAtMs ?? 0) : 0;
    if (claimUntilMs > this.#scheduler.nowMs && claimUntilMs !== this.#claims.get(id)) {
      this.#claims.set(id, claimUntilMs);
      outage.claimCount += 1;
    }
  }

  #attemptStarts(publicationId: string): void {
    const sinceMs = this.#pausedSinceMs.get(publicationId);
    if (sinceMs === undefined) return;
    const forMs = this.#scheduler.nowMs - sinceMs;
    if (forMs <= this.#pauseMs) return;
    this.break(
      'a pause holds',
      `an attempt on ${publicationId} began ${forMs} ms after its pause had been answered`,
    );
  }

  received(publicationId: string, eventJson: string): void {
    const key = this.#keyOfJson(publicationId, eventJson);
    if (!this.#received.has(key)) this.#checkOrder(key);
    this.#received.add(key);
  }

  /** An ordered message went to the dead letters. */
  buried(body: string): void {
    const message = parseDeliveryMessage(body);
    if (message.kind === 'first') for (const key of keysOf(message)) this.#passed.add(key);
  }

  #checkOrder(key: Key): void {
    if (this.#passed.has(key)) return;
    for (const earlier of this.#lanes.get(this.#laneOf.get(key) ?? '') ?? []) {
      if (earlier === key) return;
      if (this.#received.has(earlier) || this.#passed.has(earlier)) continue;
      this.break('first deliveries come in order', `${key} was received before ${earlier}, of the same key`);
    }
  }

  refused(publicationId: string, eventJson: string): void {
    this.#refused.add(this.#keyOfJson(publicationId, eventJson));
  }

  paused(publicationId: string): void {
    this.#pausedSinceMs.set(publicationId, this.#scheduler.nowMs);
  }

  resumes(publicationId: string): void {
    this.#pausedSinceMs.delete(publicationId);
  }

  deletes(publicationId: string): void {
    this.#deleted.add(publicationId);
  }

  discards(deliveryId: string): void {
    this.#discarded.add(deliveryId);
  }

  /** Nothing is in progress, and passing time would change nothing. */
  async balance(deadLetters: MemoryDeadLetterQueue): Promise<void> {
    const records = new Map<Key, Delivery>();
    for (const { delivery } of this.#state.deliveries.values()) {
      records.set(keyOf(delivery.publicationId, delivery.subscriptionId, delivery.eventId), delivery);
    }
    const buried = await buriedKeys(deadLetters);
    for (const key of this.#accepted) this.#balance(key, records.get(key), buried);
    for (const [key, delivery] of records) {
      if (delivery.status === 'delivered' && !this.#received.has(key)) {
        this.break('an end has its reason', `${key} counts as delivered, and its receiver never took it`);
      }
    }
    this.#balanceTopic();
  }

  #balance(key: Key, record: Delivery | undefined, buried: ReadonlySet<Key>): void {
    if (this.#received.has(key) || buried.has(key)) return;
    const publicationId = key.slice(key.lastIndexOf(' ') + 1);
    if (this.#deleted.has(publicationId)) return;
    if (record === undefined) {
      this.break('nothing is lost', `${key} was accepted; no receiver took it, and nobody can see it`);
      return;
    }
    const publication = this.#state.publications.get(publicationId);
    switch (record.status) {
      case 'waiting':
        // It waits behind a delivery that is parked with its publication.
        if (isHeld(record) && publication?.state !== 'active') return;
        this.break('everything comes to its end', `${key} is still waiting`);
        return;
      case 'available':
        if (publication?.platform !== 'pull') {
          this.break('everything comes to its end', `${key} waits to be pulled, and nobody can`);
        }
        return;
      case 'parked':
        if (publication?.state === 'active') {
          this.break('what is resumed goes out', `${key} is still parked, and its publication is active`);
        }
        return;
      case 'rejected':
        if (record.stage === 'send' && !this.#refused.has(key)) {
          this.break('an end has its reason', `${key} counts as rejected, and its target never refused it`);
        }
        return;
      case 'exhausted':
        if (record.attemptCount <= (publication?.retryDelaysMs ?? []).length) {
          this.break('an end has its reason', `${key} was given up after ${record.attemptCount} attempts`);
        }
        return;
      case 'discarded':
        if (!this.#discarded.has(record.id)) {
          this.break('an end has its reason', `${key} was discarded, and nobody had asked for it`);
        }
        return;
      case 'delivered':
        this.break('an end has its reason', `${key} counts as delivered, and its receiver never took it`);
    }
  }

  /** Each subscription has received every event of the topic. */
  #balanceTopic(): void {
    for (const { name, platform } of this.#scenario.subscriptions) {
      const subscription = this.#state.subscriptions.get(`sub-${name}`);
      if (platform !== 'salesforce' || subscription?.paused !== false) continue;
      // A feed that no stream uses waits for one.
      if (![...this.#state.streams.values()].some((one) => one.subscriptionId === subscription.id)) continue;
      const missing = this.#missing(subscription.id, this.#topic.events.length);
      if (missing.length > 0) {
        this.break(
          'nothing is lost',
          `${name} has read the whole topic, and never had ${missing.join(', ')}`,
        );
      }
    }
  }

  #missing(subscriptionId: string, upTo: number): Key[] {
    const streams = this.#scenario.streams.filter(
      ({ subscription }) => `sub-${subscription}` === subscriptionId,
    );
    return this.#topic.events.slice(0, upTo).flatMap(({ id, n, isUndecodable }) => {
      if (isUndecodable) return this.#quarantined.has(id) ? [] : [`${id} in quarantine`];
      return streams
        .filter(
          (stream) => fateOf(stream, n) !== 'dropped' && !this.#deleted.has(`pub-${stream.publication}`),
        )
        .map((stream) => keyOf(`pub-${stream.publication}`, subscriptionId, id))
        .filter((key) => !this.#accepted.has(key));
    });
  }

  #beforeSend(messages: readonly OutgoingMessage[]): void {
    for (const { body, delaySeconds = 0 } of messages) {
      if (delaySeconds > 900) {
        this.break('the queue takes every delay', `a message was sent with a delay of ${delaySeconds} s`);
      }
      const message = parseDeliveryMessage(body);
      if (message.kind === 'retry' && !this.#dueTimes.has(`${message.deliveryId} ${message.dueAtMs}`)) {
        this.break(
          'the record comes before the message',
          `a retry of ${message.deliveryId} was queued before its record was written`,
        );
      }
    }
  }

  #sent(messages: readonly OutgoingMessage[], results: readonly QueueResult[]): void {
    for (const [index, { body }] of messages.entries()) {
      if (results[index]?.queued !== true) continue;
      const message = parseDeliveryMessage(body);
      if (message.laneId !== undefined) this.#queuedInLane(message.laneId, this.#keysOfMessage(message));
      if (message.kind !== 'first') continue;
      for (const key of keysOf(message)) this.#accepted.add(key);
    }
  }

  #keysOfMessage(message: DeliveryMessage): readonly Key[] {
    if (message.kind === 'first') return keysOf(message);
    const stored = this.#state.deliveries.get(`${message.appId}#${message.deliveryId}`)?.delivery;
    return stored === undefined ? [] : [keyOf(stored.publicationId, stored.subscriptionId, stored.eventId)];
  }

  #queuedInLane(laneId: string, keys: readonly Key[]): void {
    const lane = this.#lanes.get(laneId) ?? [];
    for (const key of keys) {
      if (this.#laneOf.has(key)) continue;
      this.#laneOf.set(key, laneId);
      lane.push(key);
    }
    this.#lanes.set(laneId, lane);
  }

  #stored({ id, publicationId, subscriptionId, eventId, status, stage, nextAttemptAtMs }: Delivery): void {
    this.#dueTimes.add(`${id} ${nextAttemptAtMs}`);
    const key = keyOf(publicationId, subscriptionId, eventId);
    if (status === 'rejected' && stage !== 'send') this.#accepted.add(key);
    if (status === 'rejected' || status === 'exhausted' || status === 'discarded') this.#passed.add(key);
  }

  #subscriptionUpdated(subscription: Subscription): void {
    if (subscription.platform !== 'generate') return;
    const { id, nextRunAtMs } = subscription;
    const formerMs = this.#nextRuns.get(id);
    if (nextRunAtMs === undefined) this.#nextRuns.delete(id);
    else this.#nextRuns.set(id, nextRunAtMs);
    if (formerMs === undefined || nextRunAtMs === undefined || nextRunAtMs <= formerMs) return;
    const missing = this.#missingOfRun(subscription, nextRunAtMs);
    if (missing.length > 0) {
      this.break(
        'the cursor follows what is accepted',
        `${id} moved on over ${missing.join(', ')}, which the queue had not taken`,
      );
    }
  }

  /** The last run before the next one; missed earlier runs are not made up. */
  #missingOfRun({ id, interval }: GenerateSubscription, nextRunAtMs: number): Key[] {
    const lastMs = nextRunAtMs - Number.parseInt(interval, 10) * 1_000;
    return this.#scenario.streams
      .filter(({ subscription }) => `sub-${subscription}` === id)
      .filter(({ publication }) => !this.#deleted.has(`pub-${publication}`))
      .map(({ publication }) => keyOf(`pub-${publication}`, id, `${id}-${lastMs}`))
      .filter((key) => !this.#accepted.has(key));
  }

  #leased(process: SimulatedProcess, lease: FeedLease): void {
    const former = this.#holders.get(lease.feedId);
    this.#holders.set(lease.feedId, { lease, process });
    if (former === undefined || former.lease.owner === lease.owner || former.process.isDead) return;
    const untilMs = this.#workerUntilMs.get(former.lease.owner) ?? 0;
    if (untilMs > this.#scheduler.nowMs) {
      this.break(
        'one worker a feed',
        `${lease.owner} took ${lease.feedId} from ${former.lease.owner}, which lives`,
      );
    }
  }

  #released(process: SimulatedProcess, lease: FeedLease): void {
    const held = this.#holders.get(lease.feedId);
    if (held?.lease.owner !== lease.owner || held.lease.fence !== lease.fence) return;
    this.#holders.delete(lease.feedId);
    const untilMs = this.#workerUntilMs.get(lease.owner) ?? 0;
    if (process !== held.process && !held.process.isDead && untilMs > this.#scheduler.nowMs) {
      this.break('one worker a feed', `${lease.feedId} was taken from ${lease.owner}, which lives`);
    }
  }

  #renewed({ id, untilMs }: FeedWorkerRecord): void {
    this.#workerUntilMs.set(id, untilMs);
  }

  #endedDead(id: string): void {
    const untilMs = this.#workerUntilMs.get(id);
    this.#workerUntilMs.delete(id);
    if (untilMs !== undefined && untilMs > this.#scheduler.nowMs) {
      this.break('one worker a feed', `${id} was ended by others, and its lease had not run out`);
    }
  }

  #moved({ feedId }: FeedLease, reached: number): void {
    for (const subscription of this.#state.subscriptions.values()) {
      if (subscription.platform !== 'salesforce' || subscription.feedId !== feedId || subscription.paused)
        continue;
      const missing = this.#missing(subscription.id, reached);
      if (missing.length === 0) continue;
      this.break(
        'the cursor follows what is accepted',
        `${feedId} moved to ${reached}, over ${missing.join(', ')}`,
      );
    }
  }

  /** A stream marks each event that it lets through. */
  #keyOfJson(publicationId: string, eventJson: string): Key {
    const { id, data } = JSON.parse(eventJson) as {
      readonly id: string;
      readonly data: { readonly via?: string };
    };
    return keyOf(publicationId, data.via, id);
  }
}

/** What the stream's filter does with an event. */
export function fateOf({ drops, fails }: ScenarioStream, n: number): 'passed' | 'dropped' | 'failed' {
  if (drops && n % 5 === 0) return 'dropped';
  return fails && n % 7 === 3 ? 'failed' : 'passed';
}

function nameOf({ owner, fence, feedId }: FeedLease): string {
  return `${owner} ${fence} ${feedId}`;
}

async function buriedKeys(deadLetters: MemoryDeadLetterQueue): Promise<ReadonlySet<Key>> {
  const keys = new Set<Key>();
  const { deadLetters: listed } = await deadLetters.list(10_000);
  for (const { id } of listed) {
    const search = await deadLetters.find(id);
    if (search.kind !== 'found' || search.deadLetter.queue === 'polls') continue;
    const message = parseDeliveryMessage(search.deadLetter.body);
    if (message.kind !== 'first') continue;
    for (const key of keysOf(message)) keys.add(key);
  }
  return keys;
}
