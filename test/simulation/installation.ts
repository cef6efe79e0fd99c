import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  ScheduledEvent,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';
import { makeHandler as makeDeliverHandler } from '../../functions/deliver/handler.ts';
import { makeHandler as makeIngestHandler } from '../../functions/ingest/handler.ts';
import { makeHandler as makePollerHandler } from '../../functions/pubsub-poller/handler.ts';
import { makeHandler as makeScheduleHandler } from '../../functions/schedule/handler.ts';
import { ListedTargets } from '../../src/adapters/allowed-targets.ts';
import { DeliveryQueues } from '../../src/adapters/delivery-queues.ts';
import type { Stores } from '../../src/adapters/engine.ts';
import type { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { TopicDirectory } from '../../src/domain/authorizations/topic-directory.ts';
import type { DeadLetterQueue } from '../../src/domain/dead-letters/dead-letter-queue.ts';
import type {
  DeliveryQueue,
  OutgoingMessage,
  QueueResult,
} from '../../src/domain/deliveries/delivery-queue.ts';
import { pollMessageBody } from '../../src/domain/feeds/poll-message.ts';
import type { PollQueue } from '../../src/domain/feeds/poll-queue.ts';
import type { AddressRules } from '../../src/domain/publications/address-rules.ts';
import type { MessageReturn, MessageReturns, ReturnResult } from '../../src/domain/queues/message-returns.ts';
import type { ChangePublicationPorts } from '../../src/management/publications/change-publication.ts';
import type { SubscriptionPorts } from '../../src/management/subscriptions/create-subscription.ts';
import { restSubscription } from '../../src/management/subscriptions/rest-subscription.ts';
import { Announcer } from '../../src/pipeline/announce/announcer.ts';
import { forgetLanes, sweepLanes } from '../../src/pipeline/deliver/lanes.ts';
import { continueDrains } from '../../src/pipeline/deliver/parked-deliveries.ts';
import { continueRedrives, type RedrivePorts } from '../../src/pipeline/deliver/redrive.ts';
import { forgetDeliveries, sweepDeliveries } from '../../src/pipeline/deliver/sweep.ts';
import { runGenerators } from '../../src/pipeline/generate/generate.ts';
import { FeedWorker } from '../../src/pipeline/read/feed-worker.ts';
import { wakeFeeds } from '../../src/pipeline/read/wake-feeds.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { measureFeeds } from '../../src/pipeline/upkeep/measure-feeds.ts';
import { ACCEPTANCES } from '../../src/platforms/acceptances.ts';
import { PullDestination } from '../../src/platforms/pull/destination.ts';
import { SOURCES } from '../../src/platforms/sources.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { SCHEDULE_INTERVAL_MS } from '../../src/settings/runtime.ts';
import type { Log } from '../../src/telemetry/logger.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { sameDestination } from '../support/destinations.ts';
import { FarIngest } from '../support/far-ingest.ts';
import { noInbound } from '../support/no-inbound.ts';
import type { Dice } from './dice.ts';
import type { SimulatedQueue } from './message-queue.ts';
import type { PortCalls } from './port-calls.ts';
import { BATCH_MAX, type Receivers } from './receivers.ts';
import type { SimulatedProcess } from './scheduler.ts';
import type { Handler } from './simulated-function.ts';
import type { SimulatedTopic } from './topic.ts';
import { shown, type Trace } from './trace.ts';

/** What an installation's processes share; it outlives each of them. */
export interface Surroundings {
  readonly stores: Stores;
  readonly deliveryQueue: SimulatedQueue;
  readonly orderedQueue: SimulatedQueue;
  readonly pollQueue: SimulatedQueue;
  readonly deadLetters: MemoryDeadLetterQueue;
  readonly topic: SimulatedTopic;
  readonly receivers: Receivers;
  readonly calls: PortCalls;
  readonly dice: Dice;
  readonly trace: Trace;
  /** Ends the sessions of pollers. */
  readonly closing: AbortSignal;
}

/** Whatever a person may do through the API. */
export type ApiPorts = ChangePublicationPorts &
  SubscriptionPorts &
  RedrivePorts & { readonly deadLetters: DeadLetterQueue; readonly clock: Clock };
export type Action = (ports: ApiPorts) => Promise<unknown>;

/** The functions' handlers with their ports, as each function's dependencies.ts builds them for AWS. */
export class Installation {
  readonly #surroundings: Surroundings;
  readonly #secrets = new MemorySecretBox();
  #ids = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  ingest(process: SimulatedProcess): Handler<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
    const { credentials, publications, subscriptions, streams, deliveries, queue, log } = this.#ports(
      process,
      'ingest',
    );
    return makeIngestHandler({
      credentials,
      publications,
      subscriptions,
      streams,
      deliveries,
      queue,
      log,
      acceptances: ACCEPTANCES,
      clock: process,
      timers: process,
      inboundParts: noInbound,
      newId: () => this.#newId('event'),
      appPublishesPerSecond: 1_000,
      allowedOrigins: [],
      metrics: silentMetrics,
    });
  }

  deliver(process: SimulatedProcess): Handler<SQSEvent, SQSBatchResponse> {
    const { receivers, calls, dice, deliveryQueue, orderedQueue } = this.#surroundings;
    const { publications, deliveries, rates, lanes, streams, queue, announcements, log } = this.#ports(
      process,
      'deliver',
    );
    return makeDeliverHandler({
      publications,
      deliveries,
      rates,
      lanes,
      queue,
      returns: this.#returns(process, 'deliver', deliveryQueue),
      orderedReturns: this.#returns(process, 'deliver', orderedQueue, 'orderedReturns'),
      routing: new RoutingTables(streams, process),
      announcements,
      destinations: {
        ...sameDestination(receivers.destination(process, calls, BATCH_MAX)),
        webhook: receivers.destination(process, calls, 1),
        salesforce: receivers.destination(process, calls, BATCH_MAX),
        pull: new PullDestination({ deliveries, clock: process, log, metrics: silentMetrics }),
      },
      clock: process,
      random: () => dice.throw('deliver random'),
      log,
      metrics: silentMetrics,
    });
  }

  poller(process: SimulatedProcess): Handler<SQSEvent, SQSBatchResponse> {
    const { topic, calls, dice, pollQueue, closing } = this.#surroundings;
    const ports = this.#ports(process, 'poller');
    const random = () => dice.throw('poller random');
    return makePollerHandler({
      clock: process,
      timers: process,
      returns: this.#returns(process, 'poller', pollQueue),
      random,
      log: ports.log,
      metrics: silentMetrics,
      shutdown: closing,
      worker: new FeedWorker({
        ...ports,
        restSubscription: (appId, id, reason) => restSubscription(ports, appId, id, reason),
        source: topic.source(process, calls),
        gapRepair: { repair: async () => ({ kind: 'deleted' }) },
        timers: process,
        random,
        newId: () => this.#newId('worker'),
      }),
    });
  }

  schedule(process: SimulatedProcess): Handler<ScheduledEvent, void> {
    const ports = this.#ports(process, 'schedule');
    return makeScheduleHandler({
      log: ports.log,
      metrics: silentMetrics,
      tasks: {
        sweepDeliveries: () => sweepDeliveries(ports),
        drainParked: () => continueDrains(ports),
        continueRedrives: () => continueRedrives(ports),
        // No listener exists here.
        endListeners: async () => 0,
        forgetDeliveries: () => forgetDeliveries(ports),
        sweepLanes: () => sweepLanes(ports),
        forgetLanes: () => forgetLanes(ports),
        // This engine is like AWS, where the log is the whole history.
        forgetHistory: async () => 0,
        runGenerators: () => runGenerators(ports, process.now() + SCHEDULE_INTERVAL_MS),
        wakeFeeds: () => wakeFeeds(ports),
        measureFeeds: () => measureFeeds(ports),
        // Belongs to the org, not to the pipeline.
        refreshAuthorizations: async () => 0,
        attendHerokuResources: async () => undefined,
        readAllocations: async () => 0,
        // Belongs to the apps' logs, which no event depends on.
        tellAppCounts: async () => 0,
      },
    });
  }

  api(process: SimulatedProcess): Handler<Action, unknown> {
    const { calls, deadLetters } = this.#surroundings;
    const ports: ApiPorts = {
      ...this.#ports(process, 'api'),
      targets: TARGETS,
      sources: SOURCES,
      secrets: this.#secrets,
      addresses: ANY_ADDRESS,
      allowedTargets: new ListedTargets([]),
      topics: NO_TOPICS,
      ingest: new FarIngest(),
      newId: () => this.#newId('redrive'),
      deadLetters: calls.of(process, 'api', 'deadLetters', deadLetters),
    };
    return (action) => action(ports);
  }

  #ports(process: SimulatedProcess, role: string) {
    const { stores, calls, deliveryQueue, orderedQueue, pollQueue, trace } = this.#surroundings;
    const store = <N extends keyof Stores>(name: N) => calls.of(process, role, name, stores[name]);
    const log: Log = {
      write: (code, fields) => trace(process, () => `log ${code} ${shown(fields)}`),
    };
    const streams = store('streams');
    const shared = {
      credentials: store('credentials'),
      authorizations: store('authorizations'),
      publications: store('publications'),
      subscriptions: store('subscriptions'),
      streams,
      deliveries: store('deliveries'),
      lanes: store('lanes'),
      redrives: store('redrives'),
      listeners: store('listeners'),
      rates: store('rates'),
      feeds: store('feeds'),
      feedPositions: store('feedPositions'),
      quarantine: store('quarantine'),
      queue: new DeliveryQueues(
        this.#deliveryQueue(process, role, deliveryQueue),
        this.#orderedQueue(process, role, orderedQueue),
      ),
      keptEvents: store('keptEvents'),
      pollQueue: this.#pollQueue(process, role, pollQueue),
      routing: new RoutingTables(streams, process),
      clock: process,
      timers: process,
      log,
      metrics: silentMetrics,
    };
    return { ...shared, announcements: new Announcer(shared) };
  }

  /** Request by request, as the SQS adapter sends them: a process may die between two of them. */
  #deliveryQueue(process: SimulatedProcess, role: string, queue: SimulatedQueue): DeliveryQueue {
    const { limits } = queue;
    const port = this.#surroundings.calls.of(
      process,
      role,
      'queue',
      { send: async (messages: readonly OutgoingMessage[]) => queue.send(messages) },
      ([messages]) => refusals(messages as readonly OutgoingMessage[]),
    );
    return {
      limits,
      async send(messages) {
        const results: QueueResult[] = [];
        for (let start = 0; start < messages.length; start += limits.messagesPerRequestMax) {
          results.push(...(await port.send(messages.slice(start, start + limits.messagesPerRequestMax))));
        }
        return results;
      },
    };
  }

  /** The messages of a lane one after the other, as the adapter of the FIFO queue sends them. */
  #orderedQueue(process: SimulatedProcess, role: string, queue: SimulatedQueue): DeliveryQueue {
    const port = this.#surroundings.calls.of(
      process,
      role,
      'orderedQueue',
      { send: async (messages: readonly OutgoingMessage[]) => queue.send(messages) },
      ([messages]) => refusals(messages as readonly OutgoingMessage[]),
    );
    return {
      limits: queue.limits,
      async send(messages) {
        const results: QueueResult[] = [];
        const refused = new Set<string | undefined>();
        for (const message of messages) {
          const lane = message.order?.laneId;
          const [result] = refused.has(lane) ? refusals([message]) : await port.send([message]);
          if (result?.queued !== true) refused.add(lane);
          results.push(result ?? { queued: false, message: 'the queue gave no answer' });
        }
        return results;
      },
    };
  }

  #pollQueue(process: SimulatedProcess, role: string, queue: SimulatedQueue): PollQueue {
    return this.#surroundings.calls.of(process, role, 'pollQueue', {
      wake: async (feedIds: readonly string[]) => {
        queue.send([{ body: pollMessageBody(feedIds) }]);
      },
    });
  }

  #returns(process: SimulatedProcess, role: string, queue: SimulatedQueue, name = 'returns'): MessageReturns {
    const { returnLater, deadLetter } = queue.returns();
    const { calls } = this.#surroundings;
    const refused: ReturnResult = {
      kind: 'refused',
      message: 'the queue did not do it, as the simulation wanted',
    };
    return {
      ...calls.of(process, role, name, { returnLater }, ([returns]) =>
        (returns as readonly MessageReturn[]).map(() => refused),
      ),
      ...calls.of(process, role, name, { deadLetter }, () => refused),
    };
  }

  #newId(of: string): string {
    this.#ids += 1;
    return `${of}-${this.#ids}`;
  }
}

function refusals(messages: readonly OutgoingMessage[]): readonly QueueResult[] {
  return messages.map(() => ({
    queued: false,
    message: 'the queue did not do it, as the simulation wanted',
  }));
}

/** Addresses and topics are not part of the pipeline. */
const ANY_ADDRESS: AddressRules = { check: (url) => ({ ok: true, url }) };
const NO_TOPICS: TopicDirectory = { find: async () => ({ kind: 'unknown-topic' }) };
