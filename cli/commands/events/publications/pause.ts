import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class PublicationsPause extends AppCommand {
  static override description = 'park the deliveries of a publication until it is resumed';
  static override args = {
    pub_name_or_id: Args.string({ required: true, description: 'name or id of the publication' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PublicationsPause);
    const api = this.openApp(flags);
    const nameOrId = args.pub_name_or_id;
    await withProgress(`Pausing publication ${nameOrId} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/publications/${nameOrId}`, { paused: true }),
    );
  }
}
