import * as v from 'valibot';
import { expectShape } from '../../../lib/api-client.ts';
import { AuthorizationAnswer, aliasOf } from '../../../lib/authorization-display.ts';
import { appTitle } from '../../../lib/described-app.ts';
import { header, json, table } from '../../../lib/display.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class Authorizations extends AppCommand {
  static override description = 'list Heroku Events authorizations for an app';
  static override flags = { json: jsonFlag };
  static override examples = ['<%= config.bin %> events:authorizations -a my-app'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Authorizations);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/authorizations');
    const authorizations = expectShape(v.array(AuthorizationAnswer), answer, 'the authorizations');
    if (flags.json) return this.log(json(answer));
    if (authorizations.length === 0) {
      return this.log(`No Heroku Events authorizations for app ${await appTitle(api)}.`);
    }
    this.log(header(`Heroku Events authorizations for app ${await appTitle(api)}`));
    this.log(
      table(authorizations, [
        { title: 'Alias', value: aliasOf },
        { title: 'Platform', value: (authorization) => authorization.platform },
        { title: 'Status', value: (authorization) => authorization.status },
        {
          title: 'Details',
          value: ({ reason, params }) => reason?.message ?? params.url,
        },
      ]),
    );
  }
}
