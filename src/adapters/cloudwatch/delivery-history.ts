import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../../base/clock.ts';
import type { Timers } from '../../base/timers.ts';
import type {
  DeliveryHistory,
  FoundDrops,
  FoundHistory,
  HistoryBusy,
  HistoryQuery,
  HistorySpan,
} from '../../domain/history/delivery-history.ts';
import { type DropCount, entryOf, type HistoryEntry } from '../../domain/history/history-entry.ts';
import { isTooMuch } from './client.ts';
import { insightsEquals } from './query-text.ts';

export interface LogsHistoryPorts {
  readonly client: CloudWatchLogsClient;
  /** Of the functions that deliver, and that route events. */
  readonly logGroups: readonly string[];
  readonly clock: Clock;
  readonly timers: Pick<Timers, 'sleep'>;
}

/** Of one process. AWS allows an account some thirty at a time, which others may need. */
const QUERIES_AT_ONCE_MAX = 3;
/** A request of the API has 29 s. */
const QUERY_MS_MAX = 20_000;
const FIRST_LOOK_MS = 250;
const LOOK_AGAIN_MS = 750;
const MINUTE_MS = 60_000;

type Row = Readonly<Record<string, string>>;

/** History out of the lines of the functions' logs, by CloudWatch Logs Insights, which bills the bytes that it looks through. */
export class LogsDeliveryHistory implements DeliveryHistory {
  readonly #ports: LogsHistoryPorts;
  #underWay = 0;

  constructor(ports: LogsHistoryPorts) {
    this.#ports = ports;
  }

  async find(appId: string, query: HistoryQuery): Promise<FoundHistory | HistoryBusy> {
    const { eventId, publication, limit } = query;
    const conditions = [
      insightsEquals('appId', appId),
      `code in ["DELIVERY_ATTEMPTED", "EVENT_DROPPED"]`,
      ...(eventId === undefined ? [] : [insightsEquals('eventId', eventId)]),
      ...(publication === undefined ? [] : [insightsEquals('publication', publication)]),
    ];
    const answer = await this.#query(query, [
      'fields timestamp, appId, publication, subscriptionId, eventId, deliveryId, durationMs, status, errorId, outcome, attempt, queuedAtMs',
      `filter ${conditions.join(' and ')}`,
      'sort @timestamp desc',
      `limit ${limit + 1}`,
    ]);
    if (answer === undefined) return { kind: 'busy' };
    const entries = answer.rows
      .map((row) => entryOf(row, Date.parse(row['timestamp'] ?? '')))
      .filter((entry): entry is HistoryEntry => entry !== undefined)
      // Insights was asked for whole seconds, and perhaps by a pattern.
      .filter(
        (entry) =>
          entry.appId === appId &&
          entry.atMs >= query.fromMs &&
          entry.atMs < query.untilMs &&
          (eventId === undefined || entry.eventId === eventId) &&
          (publication === undefined || entry.publication === publication),
      )
      .sort((one, other) => other.atMs - one.atMs);
    return {
      kind: 'found',
      entries: entries.slice(0, limit),
      isComplete: answer.isComplete && answer.rows.length <= limit,
      scannedBytes: answer.scannedBytes,
    };
  }

  async drops(
    appId: string,
    span: HistorySpan & { readonly limit: number },
  ): Promise<FoundDrops | HistoryBusy> {
    const answer = await this.#query(span, [
      `filter ${insightsEquals('appId', appId)} and code = "EVENTS_DROPPED"`,
      'stats sum(count) as dropped by bin(1m) as minute, subscriptionId, publication',
      'sort minute desc',
      `limit ${span.limit + 1}`,
    ]);
    if (answer === undefined) return { kind: 'busy' };
    const drops = answer.rows
      .map(
        (row): DropCount => ({
          appId,
          subscriptionId: row['subscriptionId'] ?? '',
          publication: row['publication'] ?? '',
          atMs: Date.parse(`${(row['minute'] ?? '').replace(' ', 'T')}Z`),
          count: Number(row['dropped']),
        }),
      )
      .filter(({ atMs }) => atMs > span.fromMs - MINUTE_MS && atMs < span.untilMs);
    return {
      kind: 'found',
      drops: drops.slice(0, span.limit),
      isComplete: answer.isComplete && answer.rows.length <= span.limit,
      scannedBytes: answer.scannedBytes,
    };
  }

  /** Undefined if too many queries are under way. */
  async #query(
    { fromMs, untilMs }: HistorySpan,
    commands: readonly string[],
  ): Promise<
    { readonly rows: readonly Row[]; readonly isComplete: boolean; readonly scannedBytes: number } | undefined
  > {
    if (this.#underWay >= QUERIES_AT_ONCE_MAX) return undefined;
    this.#underWay += 1;
    try {
      return await this.#run(fromMs, untilMs, commands.join('\n| '));
    } catch (error) {
      if (isTooMuch(error)) return undefined;
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  }

  async #run(fromMs: number, untilMs: number, queryString: string) {
    const { client, logGroups, clock, timers } = this.#ports;
    const endMs = clock.now() + QUERY_MS_MAX;
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupNames: [...logGroups],
        startTime: Math.floor(fromMs / 1_000),
        endTime: Math.ceil(untilMs / 1_000),
        queryString,
      }),
    );
    let waitMs = FIRST_LOOK_MS;
    for (;;) {
      await timers.sleep(waitMs);
      waitMs = LOOK_AGAIN_MS;
      const found = await client.send(new GetQueryResultsCommand({ queryId }));
      switch (found.status) {
        case 'Complete':
          return answerOf(found, true);
        case 'Scheduled':
        case 'Running':
          if (clock.now() < endMs) break;
          // What it would still look through would be paid for, and nobody would see it.
          await client.send(new StopQueryCommand({ queryId }));
          return answerOf(found, false);
        default:
          throw new Error(`expected the query of the logs to end well, found its status ${found.status}`);
      }
    }
  }
}

function answerOf({ results = [], statistics }: GetQueryResultsCommandOutput, isComplete: boolean) {
  const rows = results.map(
    (fields): Row =>
      Object.fromEntries(
        fields.flatMap(({ field, value }) =>
          field === undefined || value === undefined ? [] : [[field, value]],
        ),
      ),
  );
  return { rows, isComplete, scannedBytes: statistics?.bytesScanned ?? 0 };
}
