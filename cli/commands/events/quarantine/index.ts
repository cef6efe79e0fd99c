import * as v from 'valibot';
import { QuarantineRecord } from '../../../../src/management/quarantine/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { appTitle } from '../../../lib/described-app.ts';
import { header, json, table } from '../../../lib/display.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class Quarantine extends AppCommand {
  static override description =
    'list events of Salesforce that could not be decoded, or are too large to be delivered; they are kept for seven days';
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Quarantine);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/quarantine');
    const events = expectShape(v.array(reading(QuarantineRecord)), answer, 'the quarantine');
    if (flags.json) return this.log(json(answer));
    if (events.length === 0) return this.log(`No events in quarantine for app ${await appTitle(api)}.`);
    this.log(header(`Heroku Events quarantine for app ${await appTitle(api)}`));
    this.log(
      table(events, [
        { title: 'Id', value: (event) => event.id },
        { title: 'At', value: (event) => event.at },
        { title: 'Topic', value: (event) => event.topic },
        { title: 'Bytes', value: (event) => event.payload_bytes },
        { title: 'Reason', value: (event) => event.reason },
      ]),
    );
  }
}
