import { Args, Flags } from '@oclif/core';
import { ROTATION_GRACE } from '../../../../src/domain/publications/publication.ts';
import { Subscription } from '../../../../src/management/subscriptions/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { json } from '../../../lib/display.ts';
import { withProgress } from '../../../lib/progress.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, createdJsonFlag } from '../../../lib/sluice-command.ts';

export default class SubscriptionsRotateUrl extends AppCommand {
  static override description =
    'give a webhook subscription another inbound URL; the one before it works until the grace ends';
  static override args = {
    sub_name_or_id: Args.string({ required: true, description: 'name or id of the subscription' }),
  };
  static override flags = {
    grace: Flags.string({
      description: `how long the URL before it works as well, such as 1h; 0s ends it at once (${ROTATION_GRACE.default} unless given)`,
    }),
    json: createdJsonFlag,
  };
  static override examples = ['<%= config.bin %> events:subscriptions:rotate-url github -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SubscriptionsRotateUrl);
    const answer = await withProgress(`Making another URL for ${args.sub_name_or_id}`, () =>
      this.openApp(flags).request('POST', apiPath`/subscriptions/${args.sub_name_or_id}/address`, {
        grace: flags.grace,
      }),
    );
    if (flags.json) return this.log(json(answer));
    this.log(expectShape(reading(Subscription, 'inbound_url'), answer, 'the subscription').inbound_url);
  }
}
