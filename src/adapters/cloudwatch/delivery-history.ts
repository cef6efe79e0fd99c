import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { parseRfc3339 } from '../../base/calendar.ts';
import type { Clock } from '../../base/clock.ts';
import type { Timers } from '../../base/timers.ts';
import type {
  DeliveryHistory,
  FoundDrops,
  FoundHistory,
  FoundRates,
  HistoryBusy,
  HistoryQuery,
  HistorySpan,
} from '../../domain/history/delivery-history.ts';
import {
  type DropCount,
  dropsOf,
  entryOf,
  HISTORY_OUTCOMES,
  type HistoryEntry,
} from '../../domain/history/history-entry.ts';
import { type LogLine, parseLogLine } from '../../domain/history/log-reader.ts';
import { minuteOf, RateSums } from '../../domain/history/minute-rates.ts';
import { isTooMuch } from './client.ts';
import { lineHolds } from './query-text.ts';

export interface LogsHistoryPorts {
  readonly client: CloudWatchLogsClient;
  /** The log groups of the functions that deliver and route events. */
  readonly logGroups: readonly string[];
  readonly clock: Clock;
  readonly timers: Pick<Timers, 'sleep'>;
}

/** The limit for one process. AWS allows an account about thirty concurrent queries, which others may need. */
const QUERIES_AT_ONCE_MAX = 3;
/** A request of the API has 29 s. */
const QUERY_MS_MAX = 20_000;
const FIRST_LOOK_MS = 250;
const LOOK_AGAIN_MS = 750;

/** The most lines that a query returns. */
const LINES_MAX = 10_000;

/**
 * Insights aggregates, so that a busy minute is a few rows and not thousands of lines. The query parses the lines
 * itself, because Insights discovers no more than 200 fields. Within a text, JSON escapes each quote, so no id from
 * outside can look like a field.
 */
const RATES_QUERY = [
  'filter @message like /"code":"(DELIVERY_ATTEMPTED|EVENTS_DROPPED)"/',
  'parse @message /"appId":"(?<lineApp>[^"]+)"/',
  'parse @message /"code":"(?<lineCode>[A-Z_]+)"/',
  'parse @message /"subscriptionId":"(?<source>[^"]+)"/',
  'parse @message /"publication":"(?<target>[^"]+)"/',
  'parse @message /"outcome":"(?<ending>[a-z]+)"/',
  'parse @message /"attempt":(?<nth>[0-9]+)/',
  'parse @message /"count":(?<drops>[0-9]+)/',
  'parse @message /"queuedAtMs":(?<queued>[0-9]+)/',
  'fields toMillis(@timestamp) - queued as lagMs',
  'stats count(*) as lines, sum(drops) as dropped, max(lagMs) as lagMsMax by bin(1m), lineApp, lineCode, source, target, ending, nth',
  `limit ${LINES_MAX}`,
];

interface Found {
  readonly rows: readonly Row[];
  readonly isComplete: boolean;
  readonly scannedBytes: number;
}
type Row = Readonly<Record<string, string | undefined>>;

interface Answer {
  readonly lines: readonly Pick<LogLine, 'atMs' | 'fields'>[];
  readonly isComplete: boolean;
  readonly scannedBytes: number;
}

/** Reads history from the functions' logs with CloudWatch Logs Insights, which bills the bytes that it scans. */
export class LogsDeliveryHistory implements DeliveryHistory {
  readonly #ports: LogsHistoryPorts;
  #underWay = 0;

  constructor(ports: LogsHistoryPorts) {
    this.#ports = ports;
  }

  async find(appId: string, query: HistoryQuery): Promise<FoundHistory | HistoryBusy> {
    const { eventId, publication, limit } = query;
    const answer = await this.#query(query, limit + 1, [
      lineHolds('appId', appId),
      'filter @message like /"code":"(DELIVERY_ATTEMPTED|EVENT_DROPPED)"/',
      ...(eventId === undefined ? [] : [lineHolds('eventId', eventId)]),
      ...(publication === undefined ? [] : [lineHolds('publication', publication)]),
    ]);
    if (answer === undefined) return { kind: 'busy' };
    const entries = answer.lines
      .map(({ atMs, fields }) => entryOf(fields, atMs))
      .filter((entry): entry is HistoryEntry => entry !== undefined)
      .filter(
        (entry) =>
          entry.appId === appId &&
          isWithin(entry, query) &&
          (eventId === undefined || entry.eventId === eventId) &&
          (publication === undefined || entry.publication === publication),
      )
      .sort((one, other) => other.atMs - one.atMs);
    return {
      kind: 'found',
      entries: entries.slice(0, limit),
      isComplete: answer.isComplete && answer.lines.length <= limit,
      scannedBytes: answer.scannedBytes,
    };
  }

  async drops(
    appId: string,
    span: HistorySpan & { readonly limit: number },
  ): Promise<FoundDrops | HistoryBusy> {
    // Covers the whole of the first minute: a count belongs to a minute, not to a part of it.
    const minutes = { fromMs: minuteOf(span.fromMs), untilMs: span.untilMs };
    const answer = await this.#query(minutes, LINES_MAX, [
      lineHolds('appId', appId),
      'filter @message like /"code":"EVENTS_DROPPED"/',
    ]);
    if (answer === undefined) return { kind: 'busy' };
    const sums = new Map<string, DropCount>();
    for (const line of answer.lines) {
      const drops = dropsOf(line.fields, minuteOf(line.atMs));
      if (drops?.appId !== appId || !isWithin(line, minutes)) continue;
      const key = JSON.stringify([drops.atMs, drops.subscriptionId, drops.publication]);
      sums.set(key, { ...drops, count: drops.count + (sums.get(key)?.count ?? 0) });
    }
    const drops = [...sums.values()].sort((one, other) => other.atMs - one.atMs);
    return {
      kind: 'found',
      drops: drops.slice(0, span.limit),
      isComplete: answer.isComplete && answer.lines.length < LINES_MAX && drops.length <= span.limit,
      scannedBytes: answer.scannedBytes,
    };
  }

  async rates(appId: string, span: HistorySpan): Promise<FoundRates | HistoryBusy> {
    const commands = [lineHolds('appId', appId), ...RATES_QUERY];
    // Insights takes whole seconds and includes all of the last one.
    const found = await this.#ask({ ...span, untilMs: span.untilMs - 1_000 }, commands);
    if (found === undefined) return { kind: 'busy' };
    const sums = new RateSums();
    for (const row of found.rows) if (row['lineApp'] === appId) addRow(sums, row);
    return {
      kind: 'found',
      rates: sums.all(),
      isComplete: found.isComplete && found.rows.length < LINES_MAX,
      scannedBytes: found.scannedBytes,
    };
  }

  async #query(span: HistorySpan, limit: number, filters: readonly string[]): Promise<Answer | undefined> {
    const commands = ['fields @message', ...filters, 'sort @timestamp desc', `limit ${limit}`];
    const found = await this.#ask(span, commands);
    return found && answerOf(found);
  }

  /** Undefined if too many queries are in progress. */
  async #ask(span: HistorySpan, commands: readonly string[]): Promise<Found | undefined> {
    if (this.#underWay >= QUERIES_AT_ONCE_MAX) return undefined;
    this.#underWay += 1;
    try {
      return await this.#run(span, commands.join(' | '));
    } catch (error) {
      if (isTooMuch(error)) return undefined;
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  }

  async #run({ fromMs, untilMs }: HistorySpan, queryString: string): Promise<Found> {
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
          return foundOf(found, true);
        case 'Scheduled':
        case 'Running':
          if (clock.now() < endMs) break;
          // The rest of the scan would cost money, and nobody would see its result.
          await client.send(new StopQueryCommand({ queryId }));
          return foundOf(found, false);
        default:
          throw new Error(`expected the query of the logs to end well, found its status ${found.status}`);
      }
    }
  }
}

function foundOf({ results = [], statistics }: GetQueryResultsCommandOutput, isComplete: boolean): Found {
  const rows = results.map((row) => Object.fromEntries(row.map(({ field = '', value }) => [field, value])));
  return { rows, isComplete, scannedBytes: statistics?.bytesScanned ?? 0 };
}

function addRow(sums: RateSums, row: Row): void {
  const { source: subscriptionId, target: publication } = row;
  // `2026-01-01 12:00:00.000`, in UTC.
  const minuteMs = parseRfc3339(`${row['bin(1m)']?.replace(' ', 'T')}Z`);
  if (publication === undefined || minuteMs === undefined) return;
  if (row['lineCode'] === 'EVENTS_DROPPED') {
    if (subscriptionId === undefined) return;
    sums.addDrops({ minuteMs, subscriptionId, publication, count: Number(row['dropped'] ?? 0) });
    return;
  }
  const outcome = HISTORY_OUTCOMES.find((each) => each === row['ending']);
  if (outcome === undefined) return;
  const lagMsMax = Number(row['lagMsMax']);
  sums.addAttempts({
    minuteMs,
    subscriptionId,
    publication,
    outcome,
    isFirst: row['nth'] === '1',
    count: Number(row['lines']),
    lagMsMax: Number.isNaN(lagMsMax) ? undefined : lagMsMax,
  });
}

function answerOf({ rows, isComplete, scannedBytes }: Found): Answer {
  const texts = rows.flatMap((row) => row['@message'] ?? []);
  // Every line found has an entry, even if it is not a line of ours.
  const lines = texts.map((text) => parseLogLine(text, '') ?? NO_LINE);
  return { lines, isComplete, scannedBytes };
}

const NO_LINE: Pick<LogLine, 'atMs' | 'fields'> = { atMs: 0, fields: {} };

/** Narrows the whole seconds that Insights returns to the exact span. */
function isWithin({ atMs }: { readonly atMs: number }, { fromMs, untilMs }: HistorySpan): boolean {
  return atMs >= fromMs && atMs < untilMs;
}
