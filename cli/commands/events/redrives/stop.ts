import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class RedrivesStop extends AppCommand {
  static override description =
    'stop a retry or discard of many deliveries for good; what it has done stays done';
  static override args = { id: Args.string({ required: true, description: 'id of the redrive, as listed' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RedrivesStop);
    const api = this.openApp(flags);
    await withProgress(`Stopping redrive ${args.id} on ${api.app}`, () =>
      api.request('DELETE', apiPath`/redrives/${args.id}`),
    );
  }
}
