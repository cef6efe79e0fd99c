import { apiPath } from '../../../lib/api-client.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';
import { streamArgs } from '../../../lib/stream-args.ts';

export default class StreamsDestroy extends AppCommand {
  static override description = 'unlink a subscription from a publication; both stay';
  static override hiddenAliases = ['events:unlink'];
  static override args = streamArgs;
  static override examples = [
    '<%= config.bin %> events:streams:destroy subAccountChange pubAccountChange -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StreamsDestroy);
    const api = this.openApp(flags);
    await withProgress(`Unlinking ${args.source} to ${args.target}`, () =>
      api.request('DELETE', apiPath`/streams/${args.source}/${args.target}`),
    );
  }
}
