import { setTimeout as sleep } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import { DELIVERIES_COUNTED_MAX } from '../../../src/domain/deliveries/delivery-store.ts';
import { PULL_BACKLOG_COUNTED_MAX } from '../../../src/domain/deliveries/pull.ts';
import { Status } from '../../../src/management/status/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { breakerText } from '../../lib/breakers.ts';
import { appTitle } from '../../lib/described-app.ts';
import { header, json, keyValues, table } from '../../lib/display.ts';
import { Failure } from '../../lib/failure.ts';
import { allocationTable, durationText, type FeedAnswer, gapLines } from '../../lib/feeds.ts';
import { reading } from '../../lib/reading.ts';
import { type AppApi, AppCommand, jsonFlag } from '../../lib/sluice-command.ts';

const WATCH_INTERVAL_MS = 5_000;

export default class EventsStatus extends AppCommand {
  static override description =
    'show how the feeds, authorizations, publications and deliveries of an app are';
  static override flags = {
    json: jsonFlag,
    watch: Flags.boolean({
      char: 'w',
      description: 'show it again every five seconds, until Ctrl-C',
      exclusive: ['json'],
    }),
  };
  static override examples = [
    '<%= config.bin %> events:status -a my-app',
    '<%= config.bin %> events:status --watch -a my-app',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(EventsStatus);
    const api = this.openApp(flags);
    if (!flags.watch) return this.#show(await api.request('GET', '/status'), api, flags.json);
    for (;;) {
      await this.#showAgain(api);
      await sleep(WATCH_INTERVAL_MS);
    }
  }

  async #showAgain(api: AppApi): Promise<void> {
    try {
      const answer = await api.request('GET', '/status');
      // A terminal is cleared first; in a pipe, each status follows the previous one.
      if (process.stdout.isTTY) process.stdout.write('\x1b[H\x1b[2J');
      this.log(new Date().toISOString());
      await this.#show(answer, api, false);
      if (!process.stdout.isTTY) this.log('');
    } catch (error) {
      // Watching goes on during an outage, so that the person sees the service come back.
      if (!(error instanceof Failure)) throw error;
      this.logToStderr(`${new Date().toISOString()} ${error.message}`);
    }
  }

  async #show(answer: unknown, api: AppApi, asJson: boolean): Promise<void> {
    const {
      feeds,
      authorizations,
      allocations = [],
      publications = [],
      generators = [],
      pulled = [],
      deliveries,
      dead_letters,
    } = expectShape(reading(Status, 'feeds', 'authorizations', 'deliveries'), answer, 'the status');
    if (asJson) return this.log(json(answer));
    this.log(header(`Heroku Events status for app ${await appTitle(api)}`));
    this.log(
      authorizations.length === 0
        ? 'No authorizations.'
        : table(authorizations, [
            { title: 'Authorization', value: (authorization) => authorization.alias },
            { title: 'Status', value: (authorization) => authorization.status },
            { title: 'Reason', value: (authorization) => authorization.reason?.message },
          ]),
    );
    this.log('');
    this.log(
      feeds.length === 0
        ? 'No feeds.'
        : table(feeds, [
            { title: 'Feed', value: (feed) => feed.topic },
            { title: 'Subscriptions', value: ({ subscriptions = [] }) => subscriptions.join(', ') },
            { title: 'State', value: (feed) => feed.state },
            { title: 'Lag', value: (feed) => durationText(feed.lag_ms) },
            { title: 'Cursor age', value: (feed) => durationText(feed.cursor_age_ms) },
            { title: 'Last event', value: (feed) => feed.last_event_at },
            { title: 'Last hour', value: (feed) => feed.accepted_last_hour },
            { title: 'Accepted', value: (feed) => feed.accepted_count },
            { title: 'Gaps', value: (feed) => feed.gaps?.length ?? 0 },
            { title: 'Reason', value: (feed) => feed.reason?.message },
          ]),
    );
    if (allocations.length > 0) this.log(`\n${header('Event allocations')}\n${allocationTable(allocations)}`);
    for (const feed of feeds) this.logGaps(feed);
    if (publications.length > 0) {
      this.log(`\n${header('Publications that get nothing at the moment')}`);
      this.log(
        table(publications, [
          { title: 'Name', value: (publication) => publication.name },
          {
            title: 'State',
            value: ({ state, breaker }) =>
              state === 'active' ? `breaker ${breaker?.state ?? 'open'}` : state,
          },
          {
            title: 'Reason',
            value: (publication) => publication.state_reason ?? breakerText(publication.breaker),
          },
        ]),
      );
    }
    if (generators.length > 0) {
      this.log(`\n${header('Generators whose mapping failed at the last run')}`);
      this.log(
        table(generators, [
          { title: 'Name', value: (generator) => generator.name },
          { title: 'Last run', value: (generator) => generator.reason?.at },
          { title: 'Reason', value: (generator) => generator.reason?.message },
        ]),
      );
    }
    if (pulled.length > 0) {
      this.log(`\n${header('Publications that are pulled')}`);
      this.log(
        table(pulled, [
          { title: 'Name', value: (publication) => publication.name },
          {
            title: 'Waiting',
            value: (publication) => countText(publication.count, PULL_BACKLOG_COUNTED_MAX),
          },
          { title: 'Oldest', value: (publication) => publication.oldest_at },
        ]),
      );
    }
    this.log(`\n${header('Deliveries')}`);
    this.log(
      keyValues(
        Object.fromEntries(
          Object.entries(deliveries).map(([name, count]) => [name, countText(count, DELIVERIES_COUNTED_MAX)]),
        ),
      ),
    );
    this.logDeadLetters(dead_letters);
  }

  /** Dead letters of all apps, which the service does not report to an app's token. */
  private logDeadLetters(counts: Readonly<Record<string, unknown>> = {}): void {
    if (Object.values(counts).every((count) => count === 0)) return;
    this.log(
      `\n${header('Dead letters of all apps (events:dead-letters lists them)')}\n${keyValues(counts)}`,
    );
  }

  private logGaps({ topic, gaps = [] }: FeedAnswer): void {
    if (gaps.length > 0) this.log(`\n${header(`Possible gaps of ${topic}`)}\n${gapLines(gaps)}`);
  }
}

/** The service stops counting at `countedMax`. */
function countText<T>(count: T, countedMax: number): T | string {
  return typeof count === 'number' && count >= countedMax ? `${countedMax} or more` : count;
}
