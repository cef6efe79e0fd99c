import { RedriveList } from '../../../../src/management/redrives/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { appTitle } from '../../../lib/described-app.ts';
import { header, json, table } from '../../../lib/display.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class Redrives extends AppCommand {
  static override description =
    'list retries and discards of many deliveries, and erasures: what was done, when, and by whom';
  static override flags = { json: jsonFlag };
  static override examples = ['<%= config.bin %> events:redrives -a my-app'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Redrives);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/redrives');
    const { redrives } = expectShape(reading(RedriveList, 'redrives'), answer, 'the redrives');
    if (flags.json) return this.log(json(redrives));
    if (redrives.length === 0) return this.log(`No Heroku Events redrives for app ${await appTitle(api)}.`);
    this.log(header(`Heroku Events redrives for app ${await appTitle(api)}`));
    this.log(
      table(redrives, [
        { title: 'Id', value: ({ id }) => id },
        { title: 'Action', value: ({ action }) => action },
        { title: 'State', value: ({ state }) => state },
        { title: 'Done', value: ({ done }) => done },
        { title: 'Skipped', value: ({ skipped }) => skipped },
        { title: 'Started', value: ({ started_at }) => started_at },
        { title: 'By', value: ({ started_by }) => started_by },
      ]),
    );
  }
}
