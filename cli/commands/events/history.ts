import { Flags } from '@oclif/core';
import {
  HISTORY_ENTRIES_DEFAULT,
  HISTORY_ENTRIES_MAX,
} from '../../../src/domain/history/delivery-history.ts';
import { HistoryPage } from '../../../src/management/history/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { appTitle } from '../../lib/described-app.ts';
import { header, json, table } from '../../lib/display.ts';
import { givenParts, queryOf, timeOf } from '../../lib/filters.ts';
import { historySpanFlags, searchedLines } from '../../lib/history.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../lib/sluice-command.ts';

export default class History extends AppCommand {
  static override description =
    'list attempts to deliver events, also those that succeeded at once, newest first. On AWS they are searched for in the logs, which costs about 0.005 USD for each GB that was logged in the time asked for';
  static override flags = {
    publication: Flags.string({ char: 'p', description: 'only attempts to deliver to this publication' }),
    'event-id': Flags.string({ description: 'only this event' }),
    ...historySpanFlags,
    limit: Flags.integer({
      char: 'n',
      min: 1,
      max: HISTORY_ENTRIES_MAX,
      default: HISTORY_ENTRIES_DEFAULT,
      description: 'how many at most',
    }),
    json: jsonFlag,
  };
  static override examples = [
    '<%= config.bin %> events:history --publication crm --since 30m -a my-app',
    '<%= config.bin %> events:history --event-id 20741903-d0b2-4d86-90cf-4192b0e17462 -a my-app',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(History);
    const api = this.openApp(flags);
    const query = queryOf(
      givenParts({
        publication: flags.publication,
        event_id: flags['event-id'],
        from: timeOf('since', flags.since),
        until: timeOf('until', flags.until),
        limit: flags.limit,
      }),
    );
    const answer = await api.request('GET', `/history?${query}`);
    const { entries, searched } = expectShape(reading(HistoryPage, 'entries'), answer, 'the history');
    if (flags.json) this.log(json(entries));
    else if (entries.length === 0) {
      this.log(`No attempts to deliver events for app ${await appTitle(api)} in that time.`);
    } else {
      this.log(header(`Heroku Events history for app ${await appTitle(api)}`));
      this.log(
        table(entries, [
          { title: 'At', value: (entry) => entry.at },
          { title: 'Event', value: (entry) => entry.event_id },
          { title: 'From', value: (entry) => entry.subscription?.name ?? 'publish' },
          { title: 'To', value: (entry) => entry.publication },
          { title: 'Outcome', value: (entry) => entry.outcome },
          { title: 'Attempt', value: (entry) => entry.attempt },
          { title: 'Status', value: (entry) => entry.status ?? entry.error_id },
          {
            title: 'Took',
            value: ({ duration_ms }) => (duration_ms === undefined ? '' : `${duration_ms} ms`),
          },
        ]),
      );
    }
    for (const line of searchedLines(searched)) this.logToStderr(line);
  }
}
