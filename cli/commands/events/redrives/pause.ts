import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class RedrivesPause extends AppCommand {
  static override description =
    'pause a retry or discard of many deliveries; events:redrives:resume lets it go on where it stopped';
  static override args = { id: Args.string({ required: true, description: 'id of the redrive, as listed' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RedrivesPause);
    const api = this.openApp(flags);
    await withProgress(`Pausing redrive ${args.id} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/redrives/${args.id}`, { paused: true }),
    );
  }
}
