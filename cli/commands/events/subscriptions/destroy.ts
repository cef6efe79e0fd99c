import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { confirmByApp } from '../../../lib/confirmation.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand, confirmFlag } from '../../../lib/sluice-command.ts';

export default class SubscriptionsDestroy extends AppCommand {
  static override description = 'unlink and destroy a Heroku Events subscription';
  static override args = {
    sub_name_or_id: Args.string({ required: true, description: 'name or id of the subscription' }),
  };
  static override flags = { confirm: confirmFlag };
  static override examples = ['<%= config.bin %> events:subscriptions:destroy my-subscription -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SubscriptionsDestroy);
    const api = this.openApp(flags);
    const nameOrId = args.sub_name_or_id;
    const path = apiPath`/subscriptions/${nameOrId}`;
    await confirmByApp(api.app, flags.confirm, () => api.request('GET', path));
    await withProgress(`Destroying subscription ${nameOrId} on ${api.app}`, () =>
      api.request('DELETE', path),
    );
  }
}
