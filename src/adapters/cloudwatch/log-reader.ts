import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../../base/clock.ts';
import {
  isLineAskedFor,
  type LogLine,
  type LogPage,
  type LogQuery,
  type LogReader,
  levelsFrom,
  parseLogLine,
} from '../../domain/history/log-reader.ts';
import { patternEquals } from './query-text.ts';

/** A request of the API has 29 s. */
const READ_MS_MAX = 15_000;
/** The most events that CloudWatch returns per request. */
const EVENTS_PER_REQUEST_MAX = 10_000;

interface Part {
  readonly lines: readonly LogLine[];
  /** Where the reading of the group stopped; undefined if it reached the end. */
  readonly leftAtMs: number | undefined;
}

/**
 * Reads the functions' log groups with FilterLogEvents, which is free but allows few requests a second for the whole
 * account.
 */
export class CloudWatchLogReader implements LogReader {
  readonly #client: CloudWatchLogsClient;
  readonly #logGroups: readonly string[];
  readonly #clock: Clock;

  constructor(client: CloudWatchLogsClient, logGroups: readonly string[], clock: Clock) {
    this.#client = client;
    this.#logGroups = logGroups;
    this.#clock = clock;
  }

  async read(query: LogQuery): Promise<LogPage> {
    const endMs = this.#clock.now() + READ_MS_MAX;
    const parts: Part[] = [];
    // Groups are read in sequence: concurrently, one reader would use up the account's requests of a second.
    for (const logGroupName of this.#logGroups) parts.push(await this.#readGroup(logGroupName, query, endMs));
    const leftAtMs = Math.min(...parts.map((part) => part.leftAtMs ?? Number.POSITIVE_INFINITY));
    const lines = parts
      .flatMap((part) => part.lines)
      // Later lines are left out: the page would lack those of the group that was not read so far.
      .filter(({ atMs }) => atMs <= leftAtMs)
      .sort((one, other) => one.atMs - other.atMs);
    if (lines.length > query.limit) return cut(lines, query);
    return Number.isFinite(leftAtMs) ? { lines, nextMs: next(leftAtMs, query) } : { lines };
  }

  async #readGroup(logGroupName: string, query: LogQuery, endMs: number): Promise<Part> {
    const lines: LogLine[] = [];
    let nextToken: string | undefined;
    let reachedMs = query.fromMs;
    do {
      const page = await this.#client.send(
        new FilterLogEventsCommand({
          logGroupName,
          startTime: query.fromMs,
          // Theirs is inclusive; ours is not.
          endTime: query.untilMs - 1,
          filterPattern: patternOf(query),
          limit: Math.min(EVENTS_PER_REQUEST_MAX, query.limit + 1),
          nextToken,
        }),
      );
      for (const { message = '', eventId, timestamp = 0 } of page.events ?? []) {
        const line = parseLogLine(message, eventId ?? `${timestamp}`);
        if (line === undefined) continue;
        reachedMs = Math.max(reachedMs, line.atMs);
        if (isLineAskedFor(line, query)) lines.push(line);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined && lines.length <= query.limit && this.#clock.now() < endMs);
    return { lines, leftAtMs: nextToken === undefined ? undefined : reachedMs };
  }
}

function cut(lines: readonly LogLine[], query: LogQuery): LogPage {
  const shown = lines.slice(0, query.limit);
  return { lines: shown, nextMs: next(shown.at(-1)?.atMs ?? query.fromMs, query) };
}

/** Lines of one millisecond beyond a page's limit cannot be read: the next page begins after it. */
function next(atMs: number, { fromMs }: LogQuery): number {
  return atMs > fromMs ? atMs : fromMs + 1;
}

function patternOf({ appId, publication, subscription, level }: LogQuery): string {
  const conditions = [patternEquals('appId', appId)];
  if (publication !== undefined) conditions.push(patternEquals('publication', publication));
  if (subscription !== undefined) {
    conditions.push(
      `(${patternEquals('subscriptionId', subscription.id)}) || (${patternEquals('subscription', subscription.name)})`,
    );
  }
  if (level !== undefined) {
    conditions.push(
      levelsFrom(level)
        .map((each) => `($.level = "${each}")`)
        .join(' || '),
    );
  }
  return `{ ${conditions.map((condition) => `(${condition})`).join(' && ')} }`;
}
