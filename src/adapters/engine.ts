import type { Clock } from '../base/clock.ts';
import type { AppCountStore } from '../domain/app-log/app-count-store.ts';
import type { AppStore, PublishCredentialStore, TokenStore } from '../domain/apps/app-store.ts';
import type { ConsoleSessionStore } from '../domain/apps/console-session-store.ts';
import type { KeyedRequestStore } from '../domain/apps/keyed-request-store.ts';
import type { AllocationStore } from '../domain/authorizations/allocation-store.ts';
import type { AuthorizationStore } from '../domain/authorizations/authorization-store.ts';
import type { DeadLetterQueue } from '../domain/dead-letters/dead-letter-queue.ts';
import type { DeliveryQueue } from '../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../domain/deliveries/delivery-store.ts';
import type { LaneStore } from '../domain/deliveries/lane-store.ts';
import type { RateCounter } from '../domain/deliveries/rate-counter.ts';
import type { RedriveStore } from '../domain/deliveries/redrive-store.ts';
import type { FeedPositionStore } from '../domain/feeds/feed-position-store.ts';
import type { FeedStore } from '../domain/feeds/feed-store.ts';
import type { PollQueue } from '../domain/feeds/poll-queue.ts';
import type { QuarantineStore } from '../domain/feeds/quarantine-store.ts';
import type { HerokuResourceStore } from '../domain/heroku-resources/heroku-resource-store.ts';
import type { AttemptIndex } from '../domain/history/attempt-index.ts';
import type { DeliveryHistory } from '../domain/history/delivery-history.ts';
import type { HistoryStore } from '../domain/history/history-store.ts';
import type { ListenerStore } from '../domain/listeners/listener-store.ts';
import type { PublicationStore } from '../domain/publications/publication-store.ts';
import type { MessageReturns } from '../domain/queues/message-returns.ts';
import type { StreamStore } from '../domain/streams/stream-store.ts';
import type { KeptEventStore } from '../domain/subscriptions/kept-event-store.ts';
import type { SubscriptionStore } from '../domain/subscriptions/subscription-store.ts';
import type { DynamoAttemptIndexPorts } from './dynamodb/attempt-index.ts';

/** Every store of an installation. */
export interface Stores {
  readonly apps: AppStore;
  readonly tokens: TokenStore;
  readonly credentials: PublishCredentialStore;
  readonly consoleSessions: ConsoleSessionStore;
  readonly keyedRequests: KeyedRequestStore;
  readonly allocations: AllocationStore;
  readonly authorizations: AuthorizationStore;
  readonly subscriptions: SubscriptionStore;
  readonly publications: PublicationStore;
  readonly streams: StreamStore;
  readonly deliveries: DeliveryStore;
  readonly redrives: RedriveStore;
  readonly listeners: ListenerStore;
  readonly rates: RateCounter;
  readonly lanes: LaneStore;
  readonly feeds: FeedStore;
  readonly feedPositions: FeedPositionStore;
  readonly quarantine: QuarantineStore;
  readonly keptEvents: KeptEventStore;
  readonly herokuResources: HerokuResourceStore;
  readonly appCounts: AppCountStore;
}

/** Where an installation stores its state and its work: DynamoDB and SQS on AWS, one SQLite file on a laptop. */
export interface Engine {
  readonly stores: Stores;
  /** The same stores for callers that only look, if that is cheaper: their answers may be some seconds old. */
  readonly staleStores?: Stores | undefined;
  readonly deliveryQueue: DeliveryQueue;
  readonly pollQueue: PollQueue;
  /** For the consumers of the queues: unordered deliveries, ordered deliveries, and polls. */
  readonly deliveryReturns: MessageReturns;
  readonly orderedReturns: MessageReturns;
  readonly pollReturns: MessageReturns;
  readonly deadLetters: DeadLetterQueue;
  /** Set if history is stored in addition to the log: on AWS the log is the whole history. */
  readonly history?: (DeliveryHistory & HistoryStore) | undefined;
  /** Set if the log is the history: indexes the attempts of publications whose owner enables it. */
  readonly makeAttemptIndex?: ((ports: DynamoAttemptIndexPorts) => AttemptIndex) | undefined;
  /** The clock for removing old data, if the engine knows when it was last written. */
  readonly retention?: Clock;
}
