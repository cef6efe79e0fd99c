import { Flags } from '@oclif/core';
import { json } from '../../../lib/display.ts';
import { traceDropsFlag } from '../../../lib/link-flags.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand, createdJsonFlag } from '../../../lib/sluice-command.ts';
import { streamArgs } from '../../../lib/stream-args.ts';

export default class StreamsCreate extends AppCommand {
  static override description = 'link a subscription to a publication';
  static override args = streamArgs;
  static override flags = {
    filter: Flags.string({ char: 'f', description: 'Bloblang filter; deleted() drops an event' }),
    ordered: Flags.boolean({
      description: 'send events that have the same key one after the other, in their order',
    }),
    key: Flags.string({
      description:
        'Bloblang that makes the key of an event; by default its partitionkey (of a change event, the record id), else its subject',
      dependsOn: ['ordered'],
    }),
    'trace-drops': traceDropsFlag,
    json: createdJsonFlag,
  };
  static override examples = [
    '<%= config.bin %> events:streams:create subAccountChange pubAccountChange -a my-app',
    "<%= config.bin %> events:streams:create orders crm --ordered --key 'root = this.Order_Number__c' -a my-app",
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StreamsCreate);
    const api = this.openApp(flags);
    const answer = await withProgress(`Linking ${args.source} to ${args.target}`, () =>
      api.request('POST', '/streams', {
        source: args.source,
        target: args.target,
        filter: flags.filter,
        ordered: flags.ordered ? true : undefined,
        key: flags.key,
        trace_drops: flags['trace-drops'],
      }),
    );
    if (flags.json) this.log(json(answer));
  }
}
