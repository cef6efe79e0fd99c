import type { AppStore } from '../../src/domain/apps/app-store.ts';
import type { ConsoleSessionStore } from '../../src/domain/apps/console-session-store.ts';
import type { KeyedRequestStore } from '../../src/domain/apps/keyed-request-store.ts';
import type { AppRetention } from '../../src/domain/apps/retention.ts';
import type { AllocationStore } from '../../src/domain/authorizations/allocation-store.ts';
import type { EventSchemas } from '../../src/domain/authorizations/event-schemas.ts';
import type { DeadLetterQueue } from '../../src/domain/dead-letters/dead-letter-queue.ts';
import type { RedriveStore } from '../../src/domain/deliveries/redrive-store.ts';
import type { FindHerokuAddon } from '../../src/domain/heroku-resources/heroku-addon.ts';
import type { DeliveryHistory } from '../../src/domain/history/delivery-history.ts';
import type { HistoryStore } from '../../src/domain/history/history-store.ts';
import type { LogReader } from '../../src/domain/history/log-reader.ts';
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

/** What the handler and its routes need of the world. */
export interface ApiDependencies
  extends AppPorts,
    SubscriptionPorts,
    RewindPorts,
    ChangePublicationPorts,
    QuarantinePorts,
    DeprovisionPorts {
  /** The administration token that was made at deploy time; absent where another one gives it. */
  readonly firstAdminToken?: (() => Promise<string>) | undefined;
  /** Where this API is reached from outside; no slash at its end. */
  readonly publicApiUrl: string;
  /** Requests with the tokens of one app that this process answers in a second. */
  readonly appRequestsPerSecond: number;
  /** Where the publish URL points to, without user and password. */
  readonly publishBaseUrl: string;
  /** The add-on at Heroku, where this installation is one. */
  readonly herokuAddon: FindHerokuAddon;
  readonly eventSchemas: EventSchemas;
  readonly consoleSessions: ConsoleSessionStore;
  readonly consoleFiles: ConsoleFiles;
  /** Sessions of the console may not see payloads of events. */
  readonly consoleHidesPayloads: boolean;
  readonly keyedRequests: KeyedRequestStore;
  readonly allocations: AllocationStore;
  readonly deadLetters: DeadLetterQueue;
  readonly redrives: RedriveStore;
  readonly history: DeliveryHistory;
  /** Where history is kept beside the log. */
  readonly keptHistory?: HistoryStore | undefined;
  readonly keptEvents: KeptEventStore;
  readonly retention?: AppRetention | undefined;
  readonly logs: LogReader;
  readonly flow: FlowReader;
  readonly describeRequest: DescribeRequest;
  /** Apps for who only looks, where that is cheaper. */
  readonly staleApps: Pick<AppStore, 'get'>;
  readonly log: Log;
  readonly metrics: FlushableMetrics;
}
