import { DropPage } from '../../../../src/management/history/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { appTitle } from '../../../lib/described-app.ts';
import { header, json, table } from '../../../lib/display.ts';
import { givenParts, queryOf, timeOf } from '../../../lib/filters.ts';
import { historySpanFlags, searchedLines } from '../../../lib/history.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

/** There is one row per minute and stream, so this covers an hour of some streams. */
const LIMIT = 1_000;

export default class StreamsDrops extends AppCommand {
  static override description =
    'show how many events the filters of streams dropped, by the minute. On AWS the logs are searched for it, which costs about 0.005 USD for each GB that was logged in the time asked for';
  static override flags = { ...historySpanFlags, json: jsonFlag };
  static override examples = ['<%= config.bin %> events:streams:drops --since 1h -a my-app'];

  async run(): Promise<void> {
    const { flags } = await this.parse(StreamsDrops);
    const api = this.openApp(flags);
    const query = queryOf(
      givenParts({
        from: timeOf('since', flags.since),
        until: timeOf('until', flags.until),
        limit: LIMIT,
      }),
    );
    const answer = await api.request('GET', `/history/drops?${query}`);
    const { drops, searched } = expectShape(reading(DropPage, 'drops'), answer, 'the drops');
    if (flags.json) this.log(json(drops));
    else if (drops.length === 0) {
      this.log(`No event was dropped by a filter of app ${await appTitle(api)} in that time.`);
    } else {
      this.log(header(`Events dropped by filters of app ${await appTitle(api)}`));
      this.log(
        table(drops, [
          { title: 'Minute', value: (drop) => drop.at },
          { title: 'Source', value: (drop) => drop.subscription?.name },
          { title: 'Target', value: (drop) => drop.publication },
          { title: 'Dropped', value: (drop) => drop.count },
        ]),
      );
    }
    for (const line of searchedLines(searched)) this.logToStderr(line);
  }
}
