import { Args, Flags } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class SubscriptionsUpdate extends AppCommand {
  static override description = 'change how a subscription works; what is not named stays as it is';
  static override args = {
    sub_name_or_id: Args.string({ required: true, description: 'name or id of the subscription' }),
  };
  static override flags = {
    'on-invalid-cursor': Flags.option({
      options: ['earliest', 'latest', 'stop'] as const,
      description:
        'what to do when Salesforce no longer has the events after the last one read; holds for all who share the feed',
      atLeastOne: ['on-invalid-cursor', 'repair', 'no-repair', 'interval', 'mapping'],
    })(),
    repair: Flags.boolean({
      description:
        'when Salesforce gives a change without its fields (GAP events), read the records and send them as events of their own',
    }),
    'no-repair': Flags.boolean({ description: 'leave these changes as they come', exclusive: ['repair'] }),
    interval: Flags.string({
      char: 'i',
      description: 'of a generator: time between events, such as 1m',
    }),
    mapping: Flags.string({
      char: 'm',
      description: 'of a generator: Bloblang mapping that makes the event',
    }),
  };
  static override examples = [
    '<%= config.bin %> events:subscriptions:update accountChange --on-invalid-cursor stop --repair -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SubscriptionsUpdate);
    const api = this.openApp(flags);
    const nameOrId = args.sub_name_or_id;
    await withProgress(`Updating subscription ${nameOrId} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/subscriptions/${nameOrId}`, {
        on_invalid_cursor: flags['on-invalid-cursor'],
        repair: flags['no-repair'] ? false : flags.repair,
        interval: flags.interval,
        mapping: flags.mapping,
      }),
    );
  }
}
