import type { Timers } from '../../src/base/timers.ts';
import type { AppStore } from '../../src/domain/apps/app-store.ts';
import type { ConsoleSessionStore } from '../../src/domain/apps/console-session-store.ts';
import type { KeyedRequestStore } from '../../src/domain/apps/keyed-request-store.ts';
import type { AppRetention } from '../../src/domain/apps/retention.ts';
import type { AllocationStore } from '../../src/domain/authorizations/allocation-store.ts';
import type { EventSchemas } from '../../src/domain/authorizations/event-schemas.ts';
import type { DeadLetterQueue } from '../../src/domain/dead-letters/dead-letter-queue.ts';
import type { RedriveStore } from '../../src/domain/deliveries/redrive-store.ts';
import type { FindHerokuAddon } from '../../src/domain/heroku-resources/heroku-addon.ts';
import type { AttemptIndex } from '../../src/domain/history/attempt-index.ts';
import type { DeliveryHistory } from '../../src/domain/history/delivery-history.ts';
import type { HistoryStore } from '../../src/domain/history/history-store.ts';
import type { LogReader } from '../../src/domain/history/log-reader.ts';
import type { ListenerStore } from '../../src/domain/listeners/listener-store.ts';
import type { DescribeRequest } from '../../src/domain/publications/described-request.ts';
import type { KeptEventStore } from '../../src/domain/subscriptions/kept-event-store.ts';
import type { AppPorts } from '../../src/management/apps/manage-apps.ts';
import type { FlowReader } from '../../src/management/flow/flow-reader.ts';
import type { DeprovisionPorts } from '../../src/management/heroku-resources/deprovision.ts';
import type { ChangePublicationPorts } from '../../src/management/publications/change-publication.ts';
import type { QuarantinePorts } from '../../src/management/quarantine/manage-quarantine.ts';
import type { SubscriptionPorts } from '../../src/management/subscriptions/create-subscription.ts';
import type { RewindPorts } from '../../src/management/subscriptions/rewind-subscription.ts';

import type { Log } from '../../src/telemetry/logger.ts';
import type { FlushableMetrics } from '../../src/telemetry/metrics.ts';
import type { ConsoleFiles } from './console/files.ts';

/** What the handler and its routes need from outside. */
export interface ApiDependencies
  extends AppPorts,
    SubscriptionPorts,
    RewindPorts,
    ChangePublicationPorts,
    QuarantinePorts,
    DeprovisionPorts {
  /** The administration token that was generated at deploy time; absent if it comes from elsewhere. */
  readonly firstAdminToken?: (() => Promise<string>) | undefined;
  /** The public address of this API, without a trailing slash. */
  readonly publicApiUrl: string;
  /** The requests per second that this process answers for the tokens of one app. */
  readonly appRequestsPerSecond: number;
  /** The start of publish URLs, without user and password. */
  readonly publishBaseUrl: string;
  /** The Heroku add-on, if this installation is one. */
  readonly herokuAddon: FindHerokuAddon;
  readonly eventSchemas: EventSchemas;
  readonly consoleSessions: ConsoleSessionStore;
  readonly consoleFiles: ConsoleFiles;
  /** Console sessions may not see event payloads. */
  readonly consoleHidesPayloads: boolean;
  readonly keyedRequests: KeyedRequestStore;
  readonly allocations: AllocationStore;
  readonly deadLetters: DeadLetterQueue;
  readonly redrives: RedriveStore;
  readonly listeners: ListenerStore;
  readonly history: DeliveryHistory;
  /** The store of history, if there is one beside the log. */
  readonly keptHistory?: HistoryStore | undefined;
  readonly attemptIndex?: AttemptIndex | undefined;
  readonly keptEvents: KeptEventStore;
  readonly retention?: AppRetention | undefined;
  readonly logs: LogReader;
  readonly timers: Timers;
  readonly flow: FlowReader;
  readonly describeRequest: DescribeRequest;
  /** Looks up apps for readers, if that is cheaper. */
  readonly staleApps: Pick<AppStore, 'get'>;
  readonly log: Log;
  readonly metrics: FlushableMetrics;
}
