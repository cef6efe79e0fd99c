import type { DemoActivityOptions } from './activity.ts';
import type { IngestedRow, IngestRequestSeen } from './data-cloud/data-cloud.ts';
import type { IngestObject } from './data-cloud/objects.ts';
import type { Faults, StreamEnding } from './faults.ts';
import type { App } from './oauth/apps.ts';
import type { ChangeType } from './org/avro.ts';
import type { RecordValues } from './org/change-events.ts';
import type { PublishedEvent } from './org/event-bus.ts';
import type {
  ChannelDefinition,
  EntityDefinition,
  FieldDefinition,
  PlatformEventDefinition,
} from './org/fields.ts';
import type { OrgPreset } from './org/org.ts';
import type { ChangeContext } from './org/records.ts';
import type { ManagedSubscription } from './pubsub/managed-subscribe.ts';
import type { Timing } from './pubsub/timing.ts';

export interface SalesforceSimulatorOptions {
  /** 0 takes any free port, here and below; it is the default of these two. */
  readonly httpPort?: number;
  readonly grpcPort?: number;
  /** Absent: no TLS. */
  readonly grpcTlsPort?: number;
  readonly host?: string;
  /** A SQLite file that preserves everything across restarts; without it the org lives in memory. */
  readonly stateFile?: string;
  readonly clock?: () => number;
  /** Makes ids, gaps and faults repeatable. */
  readonly seed?: number;
  readonly preset?: OrgPreset;
  /** Approves authorizations without showing the login page. */
  readonly autoApprove?: boolean;
  /**
   * The waits of the Pub/Sub API. The defaults are those of live orgs, but without the window in which LATEST misses
   * events.
   */
  readonly timing?: Partial<Timing>;
  readonly faults?: Partial<Faults>;
  /** Serves the control endpoint `/__simulator/…`; on by default, because the simulator binds to loopback. */
  readonly control?: boolean;
}

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
  readonly userId: string;
}

export interface Authorization {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly instanceUrl: string;
  readonly orgId: string;
}

export interface PublishedResult {
  readonly id: string;
  readonly replayId: Buffer;
}

export interface SimulatedRecords {
  create(entity: string, fields: Record<string, unknown>, context?: Partial<ChangeContext>): string;
  update(id: string, fields: Record<string, unknown>, context?: Partial<ChangeContext>): void;
  delete(id: string, context?: Partial<ChangeContext>): void;
  undelete(id: string, context?: Partial<ChangeContext>): void;
  get(id: string): RecordValues | undefined;
  all(entity: string): RecordValues[];
  /** Changes made inside share one transaction key; equal ones are merged into one event. */
  transaction(work: () => void, context?: Partial<ChangeContext>): void;
}

export interface SimulatedDataCloud {
  define(definition: IngestObject): void;
  objects(): IngestObject[];
  /** Every accepted row, without delay; rows that were dropped afterwards have their problems. */
  ingested(): readonly IngestedRow[];
  /** The latest requests to the Ingestion API, oldest first, including refused ones. */
  requests(): readonly IngestRequestSeen[];
  /** The number of token exchanges. */
  exchanges(): number;
  /** The rows that a query finds now, that is, `faults.dataCloudDelayMs` after acceptance on the org's clock. */
  records(connector: string, object: string): Record<string, unknown>[];
  /** Sets the address to which data actions of objects with `dataAction` are posted, signed with `x-signature`. */
  setWebhook(target: { url: string; secret: string } | undefined): void;
}

export interface SalesforceSimulator {
  readonly httpUrl: string;
  readonly instanceUrl: string;
  /** `host:port`, without TLS. */
  readonly grpcAddress: string;
  /** `host:port`, with TLS and the certificate below. Both exist only with `grpcTlsPort`. */
  readonly grpcTlsAddress: string | undefined;
  readonly tlsCertificate: string | undefined;
  readonly orgId: string;
  readonly credentials: Credentials;
  readonly records: SimulatedRecords;
  /** Change these at any time; they take effect at once. */
  readonly faults: Faults;
  readonly timing: Timing;

  publishPlatformEvent(name: string, fields: Record<string, unknown>, id?: string): PublishedResult;
  /** Publishes many events of one kind at once, for benchmarks: `fields` is evaluated once, or for each index. */
  publishMany(
    name: string,
    count: number,
    fields: Record<string, unknown> | ((index: number) => Record<string, unknown>),
  ): PublishedResult[];
  /** Publishes the bytes unchanged, decodable or not. */
  publishRaw(topic: string, payload: Buffer, schemaId?: string, id?: string): PublishedResult;
  emitGap(
    entity: string,
    changeType: Extract<ChangeType, `GAP_${string}`>,
    recordIds: readonly string[],
  ): void;

  /** Every event on a topic (channels repeat those of their members), in order of topic and replay id. */
  ledger(topic?: string): PublishedEvent[];
  onEvent(listener: (event: PublishedEvent) => void): () => void;

  definePlatformEvent(definition: PlatformEventDefinition): string;
  defineEntity(definition: EntityDefinition): void;
  defineChannel(channel: ChannelDefinition): void;
  /** Removes the channel and ends the streams that read it. */
  removeChannel(topic: string): void;
  /** Changes the schema of an object or platform event from the next event on. */
  addField(owner: string, field: FieldDefinition): void;
  defineManagedSubscription(settings: {
    developerName: string;
    topicName: string;
    defaultReplay?: string;
    errorRecoveryReplay?: string;
  }): ManagedSubscription;
  setManagedSubscriptionState(idOrName: string, state: 'RUN' | 'STOP'): void;

  /**
   * Adds an app, or changes one (by default the preset one): callback URLs, rotation, the public key of JWT bearer, …
   */
  configureApp(settings: Partial<Omit<App, 'clientId'>>, clientId?: string): App;
  removeApp(clientId: string): void;
  /** Issues tokens as if the preset user had approved the app. */
  authorize(clientId?: string): Authorization;
  revokeToken(token: string, options?: { endStreams?: boolean }): boolean;
  revokeAllTokens(options?: { refreshTokens?: boolean; endStreams?: boolean }): void;
  setSessionTimeout(ms: number): void;

  /** The currently open subscriptions. */
  openStreams(): { topic: string }[];
  /** Ends open streams; returns their number. */
  endStreams(ending: StreamEnding, topic?: string): number;
  /** Cuts the transport of all gRPC clients. */
  dropConnections(): void;
  /** A sandbox refresh or org migration: every replay id of the topic (or of all) becomes invalid. */
  resetEventStream(topic?: string): void;
  /** Moves the org's clock. The timers of open streams do not follow; shorten `timing` for those. */
  advanceClock(ms: number): void;
  now(): number;

  readonly dataCloud: SimulatedDataCloud;

  startDemoActivity(options: DemoActivityOptions): { stop(): void; step(): void };
  close(): Promise<void>;
}
