import { Flags } from '@oclif/core';
import { deliveryFilter, deliveryFilterFlags, listDeliveries } from '../../../lib/deliveries.ts';
import { appTitle } from '../../../lib/described-app.ts';
import { header, json, table } from '../../../lib/display.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class Deliveries extends AppCommand {
  static override description = 'list deliveries that are not, or were not at first, delivered';
  static override flags = {
    ...deliveryFilterFlags,
    limit: Flags.integer({ char: 'n', min: 1, max: 10_000, default: 50, description: 'how many at most' }),
    json: jsonFlag,
  };
  static override examples = [
    '<%= config.bin %> events:deliveries --status waiting -a my-app',
    '<%= config.bin %> events:deliveries --publication crm --error timeout --since 2h -a my-app',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Deliveries);
    const api = this.openApp(flags);
    const { deliveries, scanned, more } = await listDeliveries(api, deliveryFilter(flags), flags.limit);
    if (flags.json) this.log(json(deliveries));
    else if (deliveries.length === 0) this.log(`No Heroku Events deliveries for app ${await appTitle(api)}.`);
    else {
      this.log(header(`Heroku Events deliveries for app ${await appTitle(api)}`));
      this.log(
        table(deliveries, [
          { title: 'Id', value: (delivery) => delivery.id },
          { title: 'Status', value: (delivery) => delivery.status },
          { title: 'Publication', value: (delivery) => delivery.publication?.name },
          { title: 'Attempts', value: (delivery) => delivery.attempt_count },
          { title: 'Last error', value: (delivery) => delivery.last_error?.id },
          {
            title: 'Next attempt',
            value: ({ next_attempt_at, waits_for_another }) =>
              waits_for_another === true ? 'after another of its key' : next_attempt_at,
          },
          { title: 'Event', value: (delivery) => delivery.event_subject ?? delivery.event_type },
        ]),
      );
    }
    if (more) this.logToStderr(`\nThere are more: --limit ${flags.limit * 2} shows further ones.`);
    if (scanned > deliveries.length) this.logToStderr(`Looked at ${scanned} records.`);
  }
}
