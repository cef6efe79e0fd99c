import { setTimeout as sleep } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import { parseRfc3339 } from '../../../src/base/calendar.ts';
import { LOG_LEVELS } from '../../../src/domain/history/log-reader.ts';
import { ApiError } from '../../lib/api-client.ts';
import { json, jsonLine } from '../../lib/display.ts';
import { Failure } from '../../lib/failure.ts';
import { givenParts, timeOf } from '../../lib/filters.ts';
import { type LogFilter, logLineText, readLog, type ShownLogLine } from '../../lib/log-lines.ts';
import { type AppApi, AppCommand } from '../../lib/sluice-command.ts';

/** A local run reads a file. On AWS, everyone who reads an account's logs shares a few requests per second. */
const LOCAL_POLL_MS = 500;
const POLL_MS = 4_000;
/** The delay after which a written line can be read; on AWS it takes seconds. */
const LOCAL_LATE_MS = 2_000;
const LATE_MS = 30_000;
/** The number of shown lines to remember, so that no line is shown twice. */
const SEEN_MAX = 20_000;
const TRIES_MAX = 20;

export default class Logs extends AppCommand {
  static override description =
    'show what the service did for an app, one line a thing: from the log file of a local run, or from CloudWatch Logs';
  static override flags = {
    tail: Flags.boolean({ char: 't', description: 'go on with new lines until Ctrl-C' }),
    publication: Flags.string({ char: 'p', description: 'only lines about this publication' }),
    subscription: Flags.string({ description: 'only lines about this subscription' }),
    level: Flags.option({
      options: LOG_LEVELS.map((level) => level.toLowerCase()),
      description: 'only lines of this level and above',
    })(),
    since: Flags.string({
      helpValue: 'TIME',
      description: 'only lines from this time on, or not older than 2h; 10m without it, or now with --tail',
    }),
    limit: Flags.integer({
      char: 'n',
      min: 1,
      max: 100_000,
      default: 1_000,
      description: 'how many lines at most, the oldest first; --tail has no limit',
    }),
    json: Flags.boolean({ char: 'j', description: 'output in json format; with --tail, one object a line' }),
  };
  static override examples = [
    '<%= config.bin %> events:logs --tail -a my-app',
    '<%= config.bin %> events:logs --publication crm --level warn --since 2h -a my-app',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Logs);
    const api = this.openApp(flags);
    const filter = givenParts<LogFilter>({
      publication: flags.publication,
      subscription: flags.subscription,
      level: flags.level?.toUpperCase(),
    });
    const since = timeOf('since', flags.since);
    if (flags.tail) return this.#follow(api, filter, since, flags.json);
    const { lines, more } = await readLog(api, filter, since, flags.limit);
    if (flags.json) this.log(json(lines));
    else this.#print(lines);
    if (lines.length === 0 && !flags.json) this.logToStderr('No lines. --since 24h looks further back.');
    if (more)
      this.logToStderr(`\nThere are more: --limit ${flags.limit * 2}, or a later --since, shows them.`);
  }

  async #follow(
    api: AppApi,
    filter: Partial<LogFilter>,
    since: string | undefined,
    asJson: boolean,
  ): Promise<void> {
    // The reader closed the pipe, as `head` does.
    process.stdout.on('error', (error: Error) => {
      if ('code' in error && error.code === 'EPIPE') process.exit(0);
      throw error;
    });
    const isLocal = api.destination.localRun !== undefined;
    const seen = new Set<string>();
    let from = since ?? new Date(Date.now() - (isLocal ? LOCAL_LATE_MS : LATE_MS)).toISOString();
    let failures = 0;
    for (;;) {
      try {
        const { lines, until } = await readLog(api, filter, from, Number.POSITIVE_INFINITY);
        const fresh = lines.filter(({ id }) => !seen.has(id));
        for (const { id } of fresh) remember(seen, id);
        if (asJson) for (const line of fresh) this.log(jsonLine(line));
        else this.#print(fresh);
        const read = (until === undefined ? undefined : parseRfc3339(until)) ?? Date.now();
        // Lines written earlier may become readable only now.
        const next = new Date(read - (isLocal ? LOCAL_LATE_MS : LATE_MS)).toISOString();
        if (next > from) from = next;
        failures = 0;
      } catch (error) {
        if (!isPassing(error) || failures >= TRIES_MAX) throw error;
        if (failures === 0) this.logToStderr(`${error.message}\nTrying again.`);
        failures += 1;
      }
      await sleep(isLocal ? LOCAL_POLL_MS : POLL_MS);
    }
  }

  /** The escape sequences for colours are ours; all others in a line were made visible. */
  #print(lines: readonly ShownLogLine[]): void {
    for (const line of lines) process.stdout.write(`${logLineText(line)}\n`);
  }
}

/** True when the service is restarting or throttles requests. */
function isPassing(error: unknown): error is Failure {
  if (error instanceof ApiError) return error.status === 429 || error.status >= 500;
  return error instanceof Failure;
}

function remember(seen: Set<string>, id: string): void {
  const [oldest] = seen;
  if (oldest !== undefined && seen.size >= SEEN_MAX) seen.delete(oldest);
  seen.add(id);
}
