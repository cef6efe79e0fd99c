import { Args, Flags } from '@oclif/core';
import { aliasFlag, filterWithTarget, topicFlag } from '../../../../lib/link-flags.ts';
import { withProgress } from '../../../../lib/progress.ts';
import { AppCommand } from '../../../../lib/sluice-command.ts';

export default class SubscriptionsSalesforceCreate extends AppCommand {
  static override description = 'subscribe to a Platform Event or to Change Data Capture of an org';
  static override hiddenAliases = ['events:subscriptions:sfdc:create'];
  static override args = { name: Args.string({ required: true, description: 'name of the subscription' }) };
  static override flags = {
    topic: topicFlag,
    alias: aliasFlag,
    replay: Flags.option({
      options: ['latest', 'earliest'] as const,
      description: 'where to start: at new events, or at the oldest that Salesforce still has',
    })(),
    'on-invalid-cursor': Flags.option({
      options: ['earliest', 'latest', 'stop'] as const,
      description: 'what to do when Salesforce no longer has the events after the last one read',
    })(),
    format: Flags.option({
      options: ['json', 'avro-json'] as const,
      description: 'plain values, or the wrapped values and raw bitmaps of the pilot',
    })(),
    repair: Flags.boolean({
      description:
        'when Salesforce gives a change without its fields (GAP events), read the records and send them as events of their own',
    }),
    target: Flags.string({ description: 'name or id of the publication to link as target' }),
    filter: filterWithTarget,
  };
  static override examples = [
    '<%= config.bin %> events:subscriptions:salesforce:create accountChange -t "/data/AccountChangeEvent" -A my-org -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SubscriptionsSalesforceCreate);
    const api = this.openApp(flags);
    await withProgress(`Creating subscription ${args.name}`, () =>
      api.request('POST', '/platforms/salesforce/subscriptions', {
        name: args.name,
        topic: flags.topic,
        alias: flags.alias,
        replay: flags.replay,
        on_invalid_cursor: flags['on-invalid-cursor'],
        format: flags.format,
        repair: flags.repair,
        target: flags.target,
        filter: flags.filter,
      }),
    );
  }
}
