import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { systemTimers, type Timers } from '../../base/timers.ts';
import type { IngestField } from '../../domain/authorizations/ingest-directory.ts';
import type { Destination, OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import type { RateCounter } from '../../domain/deliveries/rate-counter.ts';
import { jsonData, parseEvent } from '../../domain/events/event.ts';
import type { Log } from '../../telemetry/logger.ts';
import { ConnectorSchemas, type SchemaAnswer } from './connector-schemas.ts';
import { makeHttp } from './http.ts';
import { BATCH_EVENTS_MAX } from './ingest-limits.ts';
import { type IngestOutcome, outcomeOfAnswer } from './ingest-outcome.ts';
import { type RecordsMade, recordsOfEvent } from './records.ts';
import { type IngestRequest, planRequests, requestBody } from './requests.ts';
import type { DataCloudPublication } from './target.ts';
import { TenantApi } from './tenant-api.ts';
import { TenantRate } from './tenant-rate.ts';
import { type TenantTokenPorts, TenantTokens } from './tenant-tokens.ts';
import { TestedShapes } from './tested-shapes.ts';

export interface DataCloudDestinationPorts extends Omit<TenantTokenPorts, 'http' | 'timers'> {
  readonly rates: RateCounter;
  readonly log: Log;
  /** Defaults to the system's timers. */
  readonly timers?: Timers;
}

/** Concurrent requests of one batch. */
const REQUESTS_AT_ONCE_MAX = 4;
/**
 * No further request starts after this time: `deliver` has a minute, and the last request may need another token before
 * its own 15 s.
 */
const SEND_MS_MAX = 25_000;

const OUT_OF_TIME: IngestOutcome = {
  kind: 'retry',
  errorId: 'out-of-time',
  message: `Data Cloud took more than ${SEND_MS_MAX / 1_000} s for the records before this one; it is sent again`,
};

/** Streams records to Ingestion API connectors, with many events in one request. */
export class DataCloudDestination implements Destination<'datacloud'> {
  readonly batchMax = BATCH_EVENTS_MAX;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #schemas: ConnectorSchemas;
  readonly #api: TenantApi;
  readonly #shapes: TestedShapes;
  readonly #closeConnections: () => Promise<void>;

  constructor(ports: DataCloudDestinationPorts) {
    const { clock, allowLoopback, tokens, timers = systemTimers } = ports;
    const http = makeHttp({ addresses: { allowLoopback }, clock });
    this.#clock = clock;
    this.#timers = timers;
    this.#schemas = new ConnectorSchemas(tokens, http, clock);
    this.#api = new TenantApi(
      new TenantTokens({ ...ports, http, timers }),
      http,
      new TenantRate({ ...ports, timers }),
    );
    this.#shapes = new TestedShapes(this.#api);
    this.#closeConnections = () => http.close();
  }

  async send(
    publication: DataCloudPublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly SendOutcome[]> {
    const startedAtMs = this.#clock.now();
    const outcomes = await this.#outcomes(publication, events);
    const durationMs = Math.max(0, this.#clock.now() - startedAtMs);
    return outcomes.map((outcome) => ({ ...outcome, durationMs }));
  }

  close(): Promise<void> {
    return this.#closeConnections();
  }

  async #outcomes(
    publication: DataCloudPublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly IngestOutcome[]> {
    if (events.length === 0) return [];
    const { appId, authorizationId } = publication;
    const endsAtMs = this.#timers.elapsedMs() + SEND_MS_MAX;
    const schema = await this.#schemas.get(appId, authorizationId, publication);
    const known = fieldsOf(schema);
    if (known.kind === 'retry') return events.map(() => known);
    const parsed = events.map(({ eventJson }) => {
      const event = parseEvent(eventJson);
      return { ...event, data: jsonData(event) };
    });
    const make = (fields: readonly IngestField[] | undefined) =>
      parsed.map((event) => recordsOfEvent(event, publication, fields));
    let made = make(known.fields);
    if (
      known.fields !== undefined &&
      made.some((one) => one.kind === 'rejected' && one.mayBeOfSchema === true)
    ) {
      const grown = fieldsOf(await this.#schemas.get(appId, authorizationId, publication, true));
      if (grown.kind === 'fields') made = make(grown.fields);
    }
    const outcomes: (IngestOutcome | undefined)[] = made.map((one) =>
      one.kind === 'rejected' ? rejection(one) : undefined,
    );
    // Data Cloud silently drops values of unknown names. If the schema is not available, the test action is called once
    // for each set of names.
    if (known.fields === undefined) {
      for (const [index, one] of made.entries()) {
        if (one.kind !== 'upsert') continue;
        outcomes[index] =
          this.#timers.elapsedMs() < endsAtMs
            ? await this.#shapes.fault(publication, one.records)
            : OUT_OF_TIME;
      }
    }
    await this.#sendAll(publication, made, outcomes, endsAtMs);
    return outcomes.map((outcome) => outcome ?? OUT_OF_TIME);
  }

  /** Adds the outcomes of the events that have none yet. */
  async #sendAll(
    publication: DataCloudPublication,
    made: readonly RecordsMade[],
    outcomes: (IngestOutcome | undefined)[],
    endsAtMs: number,
  ): Promise<void> {
    const sent: Exclude<RecordsMade, { kind: 'rejected' }>[] = [];
    const indexes: number[] = [];
    for (const [index, one] of made.entries()) {
      if (one.kind === 'rejected' || outcomes[index] !== undefined) continue;
      sent.push(one);
      indexes.push(index);
    }
    for (const stage of planRequests(sent, indexes)) {
      const answers = await sideBySide(stage, REQUESTS_AT_ONCE_MAX, (request) =>
        this.#sendSplitting(publication, request, endsAtMs),
      );
      for (const [at, { parts }] of stage.entries()) {
        for (const [part, { event }] of parts.entries()) {
          outcomes[event] = worse(outcomes[event], answers[at]?.[part] ?? OUT_OF_TIME);
        }
      }
    }
  }

  /**
   * Returns the outcome of each part. A request that is refused because of one record is halved until that record is
   * alone, so that the others are accepted at once.
   */
  async #sendSplitting(
    publication: DataCloudPublication,
    request: IngestRequest,
    endsAtMs: number,
  ): Promise<readonly IngestOutcome[]> {
    const { operation, parts } = request;
    if (this.#timers.elapsedMs() >= endsAtMs) return parts.map(() => OUT_OF_TIME);
    const { appId, authorizationId, connector, object } = publication;
    const outcome = outcomeOfAnswer(
      await this.#api.call(appId, authorizationId, {
        method: operation === 'upsert' ? 'POST' : 'DELETE',
        target: { connector, object },
        body: requestBody(request),
      }),
    );
    if (outcome.kind !== 'of-a-record') return parts.map(() => outcome);
    if (parts.length === 1) return [outcome.alone];
    const middle = Math.ceil(parts.length / 2);
    const halves: IngestOutcome[] = [];
    for (const half of [parts.slice(0, middle), parts.slice(middle)]) {
      halves.push(...(await this.#sendSplitting(publication, { operation, parts: half }, endsAtMs)));
    }
    return halves;
  }
}

/** An event with several records succeeds only if all of them do. */
function worse(one: IngestOutcome | undefined, other: IngestOutcome): IngestOutcome {
  if (one === undefined || one.kind === 'delivered') return other;
  return one.kind === 'retry' && other.kind === 'rejected' ? other : one;
}

function rejection({ errorId, message }: Extract<RecordsMade, { kind: 'rejected' }>): IngestOutcome {
  return { kind: 'rejected', errorId, message };
}

/** Any fault of the connector may heal, if only by human action, so the events wait for it. */
function fieldsOf(
  answer: SchemaAnswer,
):
  | { readonly kind: 'fields'; readonly fields: readonly IngestField[] | undefined }
  | Extract<IngestOutcome, { kind: 'retry' }> {
  switch (answer.kind) {
    case 'found':
      return { kind: 'fields', fields: answer.fields };
    case 'not-told':
      return { kind: 'fields', fields: undefined };
    case 'unknown-connector':
      return waiting('unknown-connector', 'The org has no longer an Ingestion API connector of that name');
    case 'unknown-object':
      return waiting('unknown-object', "The connector's schema has no longer an object of that name");
    case 'not-authorized':
      return waiting('not-authorized', answer.message);
    case 'unreachable':
      return waiting('schema-unreadable', answer.message);
  }
}

function waiting(errorId: string, message: string): Extract<IngestOutcome, { kind: 'retry' }> {
  return { kind: 'retry', errorId, message };
}
