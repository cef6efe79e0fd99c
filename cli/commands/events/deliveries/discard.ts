import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { confirmByApp } from '../../../lib/confirmation.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand, confirmFlag } from '../../../lib/sluice-command.ts';

export default class DeliveriesDiscard extends AppCommand {
  static override description = 'give up a delivery: its event will not be sent again';
  static override args = {
    id: Args.string({ required: true, description: 'id of the delivery, as listed' }),
  };
  static override flags = { confirm: confirmFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeliveriesDiscard);
    const api = this.openApp(flags);
    const path = apiPath`/deliveries/${args.id}`;
    await confirmByApp(api.app, flags.confirm, () => api.request('GET', path));
    await withProgress(`Discarding delivery ${args.id} on ${api.app}`, () => api.request('DELETE', path));
  }
}
