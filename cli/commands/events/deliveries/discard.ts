import { Args, Flags } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { confirmByApp } from '../../../lib/confirmation.ts';
import { deliveryFilter, deliveryFilterFlags } from '../../../lib/deliveries.ts';
import { expectIdOrFilter } from '../../../lib/filters.ts';
import { withProgress } from '../../../lib/progress.ts';
import { redrive, redriveFlags } from '../../../lib/redrives.ts';
import { AppCommand, confirmFlag } from '../../../lib/sluice-command.ts';

export default class DeliveriesDiscard extends AppCommand {
  static override description =
    'give up a delivery, or all that match a filter: their events will not be sent again';
  // Otherwise oclif reads a missing id from standard input, which holds the confirmation or a script's own input.
  static override args = {
    id: Args.string({ description: 'id of the delivery, as listed', ignoreStdin: true }),
  };
  static override flags = {
    all: Flags.boolean({
      description: 'every one that was not delivered, without another filter',
      default: false,
    }),
    ...deliveryFilterFlags,
    ...redriveFlags,
    confirm: confirmFlag,
  };
  static override examples = [
    '<%= config.bin %> events:deliveries:discard --publication crm --status parked -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeliveriesDiscard);
    const { id } = args;
    const filter = deliveryFilter(flags);
    expectIdOrFilter({ id, all: flags.all, filter }, 'a delivery', 'publication');
    const api = this.openApp(flags);
    if (id === undefined) return await redrive(api, 'discard', filter, flags);
    const path = apiPath`/deliveries/${id}`;
    await confirmByApp(api.app, flags.confirm, () => api.request('GET', path));
    await withProgress(`Discarding delivery ${id} on ${api.app}`, () => api.request('DELETE', path));
  }
}
