import { Flags } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { traceDropsFlag } from '../../../lib/link-flags.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';
import { streamArgs } from '../../../lib/stream-args.ts';

export default class StreamsUpdate extends AppCommand {
  static override description =
    'change the filter of a stream, or whether each event that it drops is recorded';
  static override args = streamArgs;
  static override flags = {
    filter: Flags.string({
      char: 'f',
      description: 'the new Bloblang filter',
      atLeastOne: ['filter', 'no-filter', 'trace-drops'],
    }),
    'no-filter': Flags.boolean({ description: 'let every event pass', exclusive: ['filter'] }),
    'trace-drops': traceDropsFlag,
  };
  static override examples = [
    `<%= config.bin %> events:streams:update accountChange crm -f 'root = if this.ChangeEventHeader.changeType == "CREATE" { this } else { deleted() }'`,
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StreamsUpdate);
    const api = this.openApp(flags);
    await withProgress(`Updating the stream from ${args.source} to ${args.target}`, () =>
      api.request('PATCH', apiPath`/streams/${args.source}/${args.target}`, {
        filter: flags['no-filter'] ? null : flags.filter,
        trace_drops: flags['trace-drops'],
      }),
    );
  }
}
