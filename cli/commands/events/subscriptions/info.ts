import { Args } from '@oclif/core';
import { SubscriptionDetail } from '../../../../src/management/subscriptions/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { header, json, keyValues } from '../../../lib/display.ts';
import { feedFields, gapLines } from '../../../lib/feeds.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class SubscriptionsInfo extends AppCommand {
  static override description = 'show a Heroku Events subscription';
  static override args = {
    sub_name_or_id: Args.string({ required: true, description: 'name or id of the subscription' }),
  };
  static override flags = { json: jsonFlag };
  static override examples = ['<%= config.bin %> events:subscriptions:info accountChange -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SubscriptionsInfo);
    const answer = await this.openApp(flags).request('GET', apiPath`/subscriptions/${args.sub_name_or_id}`);
    const subscription = expectShape(
      reading(SubscriptionDetail, 'platform', 'params'),
      answer,
      'the subscription',
    );
    if (flags.json) return this.log(json(answer));
    const { id, name, platform, params, inbound_url, paused, status, created_at, targets, feed } =
      subscription;
    this.log(
      keyValues({
        ...params,
        id,
        name,
        platform,
        inbound_url,
        paused: paused ? 'yes' : undefined,
        status: status?.state,
        reason: status?.reason?.message,
        created_at,
        targets: targets?.map((target) => target.name).join(', '),
        ...(feed && feedFields(feed)),
      }),
    );
    const gaps = feed?.gaps ?? [];
    if (gaps.length > 0) this.log(`\n${header('Possible gaps')}\n${gapLines(gaps)}`);
  }
}
