import * as v from 'valibot';
import { Subscription } from '../../../../src/management/subscriptions/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { appTitle } from '../../../lib/described-app.ts';
import { details, header, json, table, unusualState } from '../../../lib/display.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class Subscriptions extends AppCommand {
  static override description = 'list Heroku Events subscriptions for an app';
  static override flags = { json: jsonFlag };
  static override examples = ['<%= config.bin %> events:subscriptions -a my-app'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Subscriptions);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/subscriptions');
    const subscriptions = expectShape(
      v.array(reading(Subscription, 'platform', 'params')),
      answer,
      'the subscriptions',
    );
    if (flags.json) return this.log(json(answer));
    if (subscriptions.length === 0) {
      return this.log(`No Heroku Events subscriptions for app ${await appTitle(api)}.`);
    }
    this.log(header(`Heroku Events subscriptions for app ${await appTitle(api)}`));
    this.log(
      table(subscriptions, [
        { title: 'Name', value: (subscription) => subscription.name },
        { title: 'Platform', value: (subscription) => subscription.platform },
        {
          title: 'Details',
          value: ({ status, params }) => details({ ...unusualState(status?.state), ...params }),
        },
      ]),
    );
  }
}
