import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class SubscriptionsResume extends AppCommand {
  static override description = 'take events from a paused subscription again';
  static override args = {
    sub_name_or_id: Args.string({ required: true, description: 'name or id of the subscription' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SubscriptionsResume);
    const api = this.openApp(flags);
    const nameOrId = args.sub_name_or_id;
    await withProgress(`Resuming subscription ${nameOrId} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/subscriptions/${nameOrId}`, { paused: false }),
    );
  }
}
