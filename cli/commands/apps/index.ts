import * as v from 'valibot';
import { App } from '../../../src/management/apps/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { header, json, table } from '../../lib/display.ts';
import { reading } from '../../lib/reading.ts';
import { jsonFlag, SluiceCommand } from '../../lib/sluice-command.ts';

export default class Apps extends SluiceCommand {
  static override description = 'list apps';
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Apps);
    const answer = await this.makeClient(this.findDestination()).request('GET', '/apps');
    const apps = expectShape(v.array(reading(App)), answer, 'the apps');
    if (flags.json) return this.log(json(answer));
    if (apps.length === 0) return this.log('No apps.');
    this.log(header('Apps'));
    this.log(
      table(apps, [
        { title: 'Name', value: (app) => app.name },
        { title: 'Id', value: (app) => app.id },
        { title: 'Created', value: (app) => app.created_at },
      ]),
    );
  }
}
