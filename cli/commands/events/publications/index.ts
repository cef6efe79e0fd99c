import * as v from 'valibot';
import { Publication } from '../../../../src/management/publications/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { backlogText } from '../../../lib/backlog.ts';
import { unusualBreaker } from '../../../lib/breakers.ts';
import { appTitle } from '../../../lib/described-app.ts';
import { details, header, json, table, unusualState } from '../../../lib/display.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class Publications extends AppCommand {
  static override description = 'list Heroku Events publications for an app';
  static override flags = { json: jsonFlag };
  static override examples = ['<%= config.bin %> events:publications -a my-app'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Publications);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/publications');
    const publications = expectShape(
      v.array(reading(Publication, 'platform', 'params')),
      answer,
      'the publications',
    );
    if (flags.json) return this.log(json(answer));
    if (publications.length === 0)
      return this.log(`No Heroku Events publications for app ${await appTitle(api)}.`);
    this.log(header(`Heroku Events publications for app ${await appTitle(api)}`));
    this.log(
      table(publications, [
        { title: 'Name', value: (publication) => publication.name },
        { title: 'Platform', value: (publication) => publication.platform },
        {
          title: 'Details',
          value: ({ state, breaker, params, backlog }) =>
            details({
              ...unusualState(state),
              breaker: unusualBreaker(breaker),
              ...backlogText(backlog),
              ...params,
            }),
        },
      ]),
    );
  }
}
