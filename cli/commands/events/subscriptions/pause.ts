import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class SubscriptionsPause extends AppCommand {
  static override description = 'stop taking events from a subscription until it is resumed';
  static override args = {
    sub_name_or_id: Args.string({ required: true, description: 'name or id of the subscription' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SubscriptionsPause);
    const api = this.openApp(flags);
    const nameOrId = args.sub_name_or_id;
    await withProgress(`Pausing subscription ${nameOrId} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/subscriptions/${nameOrId}`, { paused: true }),
    );
  }
}
