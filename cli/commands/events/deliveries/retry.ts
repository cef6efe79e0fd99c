import { Args, Flags } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { deliveryFilter, deliveryFilterFlags } from '../../../lib/deliveries.ts';
import { expectIdOrFilter } from '../../../lib/filters.ts';
import { withProgress } from '../../../lib/progress.ts';
import { rateFlag, redrive, redriveFlags } from '../../../lib/redrives.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class DeliveriesRetry extends AppCommand {
  static override description =
    'try a delivery again now, or all that match a filter, oldest first: rejected and exhausted ones unless --status says others';
  // Otherwise oclif reads a missing id from standard input, which holds the confirmation or a script's own input.
  static override args = {
    id: Args.string({ description: 'id of the delivery, as listed', ignoreStdin: true }),
  };
  static override flags = {
    all: Flags.boolean({
      description: 'every rejected and exhausted one, without another filter',
      default: false,
    }),
    ...deliveryFilterFlags,
    rate: rateFlag,
    ...redriveFlags,
  };
  static override examples = [
    '<%= config.bin %> events:deliveries:retry --publication crm --status-code 503 --since 2h --dry-run -a my-app',
    '<%= config.bin %> events:deliveries:retry --publication crm --rate 20 -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeliveriesRetry);
    const { id } = args;
    const filter = deliveryFilter(flags);
    expectIdOrFilter({ id, all: flags.all, filter }, 'a delivery', 'publication');
    const api = this.openApp(flags);
    if (id === undefined) return await redrive(api, 'retry', filter, flags);
    await withProgress(`Retrying delivery ${id}`, () =>
      api.request('POST', apiPath`/deliveries/${id}/retry`),
    );
  }
}
