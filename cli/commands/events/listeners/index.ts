import { PULL_BACKLOG_COUNTED_MAX } from '../../../../src/domain/deliveries/pull.ts';
import { ListenerList } from '../../../../src/management/listeners/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { appTitle } from '../../../lib/described-app.ts';
import { header, json, table } from '../../../lib/display.ts';
import { countText } from '../../../lib/listen/view.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class Listeners extends AppCommand {
  static override description =
    'list the listeners of an app (events:listen): who listens, to what, how much waits, and when each is removed unless somebody comes back';
  static override flags = { json: jsonFlag };
  static override examples = ['<%= config.bin %> events:listeners -a my-app'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Listeners);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/listeners');
    const { listeners } = expectShape(reading(ListenerList, 'listeners'), answer, 'the listeners');
    if (flags.json) return this.log(json(listeners));
    if (listeners.length === 0) return this.log(`No Heroku Events listeners for app ${await appTitle(api)}.`);
    this.log(header(`Heroku Events listeners for app ${await appTitle(api)}`));
    this.log(
      table(listeners, [
        { title: 'Name', value: ({ name }) => name },
        { title: 'Listening', value: ({ session }) => session?.by ?? 'nobody' },
        { title: 'Sources', value: ({ sources }) => sources?.map(({ name }) => name).join(', ') },
        { title: 'Waiting', value: ({ waiting }) => countText(waiting ?? 0, PULL_BACKLOG_COUNTED_MAX) },
        { title: 'Seen', value: ({ seen_at }) => seen_at },
        { title: 'Removed', value: ({ ends_at }) => ends_at },
      ]),
    );
  }
}
