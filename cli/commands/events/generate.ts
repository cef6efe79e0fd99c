import { Args, Flags } from '@oclif/core';
import { filterWithTarget } from '../../lib/link-flags.ts';
import { withProgress } from '../../lib/progress.ts';
import { AppCommand } from '../../lib/sluice-command.ts';

export default class Generate extends AppCommand {
  static override description = 'create a generator of test events';
  static override args = { name: Args.string({ required: true, description: 'name of the generator' }) };
  static override flags = {
    interval: Flags.string({ char: 'i', required: true, description: 'time between events, such as 1m' }),
    mapping: Flags.string({
      char: 'm',
      required: true,
      description: 'Bloblang mapping that makes the event',
    }),
    target: Flags.string({ char: 't', description: 'name or id of the publication to link as target' }),
    filter: filterWithTarget,
  };
  static override examples = [
    '<%= config.bin %> events:generate my-generator -i "1m" -m "root.timestamp = timestamp_unix()" -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Generate);
    const api = this.openApp(flags);
    await withProgress(`Creating event generator ${args.name}`, () =>
      api.request('POST', '/platforms/generate/subscriptions', {
        name: args.name,
        interval: flags.interval,
        mapping: flags.mapping,
        target: flags.target,
        filter: flags.filter,
      }),
    );
  }
}
