import { Flags } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { traceDropsFlag } from '../../../lib/link-flags.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';
import { streamArgs } from '../../../lib/stream-args.ts';

export default class StreamsUpdate extends AppCommand {
  static override description =
    'change the filter of a stream, its order, or whether each event that it drops is recorded';
  static override args = streamArgs;
  static override flags = {
    filter: Flags.string({ char: 'f', description: 'the new Bloblang filter', exclusive: ['no-filter'] }),
    'no-filter': Flags.boolean({ description: 'let every event pass' }),
    ordered: Flags.boolean({
      description: 'send events that have the same key one after the other; --no-ordered ends that',
      allowNo: true,
    }),
    key: Flags.string({
      description: 'the new Bloblang mapping that makes the key of an event',
      exclusive: ['default-key'],
    }),
    'default-key': Flags.boolean({
      description: 'by its partitionkey (of a change event, the record id), else its subject',
    }),
    'trace-drops': traceDropsFlag,
  };
  static override examples = [
    `<%= config.bin %> events:streams:update accountChange crm -f 'root = if this.ChangeEventHeader.changeType == "CREATE" { this } else { deleted() }'`,
    `<%= config.bin %> events:streams:update accountChange crm --ordered`,
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StreamsUpdate);
    const { filter, ordered, key } = flags;
    const change = {
      filter: flags['no-filter'] ? null : filter,
      ordered,
      key: flags['default-key'] ? null : key,
      trace_drops: flags['trace-drops'],
    };
    if (Object.values(change).every((value) => value === undefined)) {
      this.error(
        'Expected what to change, found nothing: give --filter, --no-filter, --ordered, --no-ordered, --key, --default-key, --trace-drops or --no-trace-drops.',
      );
    }
    const api = this.openApp(flags);
    await withProgress(`Updating the stream from ${args.source} to ${args.target}`, () =>
      api.request('PATCH', apiPath`/streams/${args.source}/${args.target}`, change),
    );
  }
}
