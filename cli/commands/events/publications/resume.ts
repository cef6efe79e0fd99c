import { Args, Flags } from '@oclif/core';
import { DRAIN_RATE } from '../../../../src/domain/publications/publication.ts';
import { apiPath } from '../../../lib/api-client.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class PublicationsResume extends AppCommand {
  static override description =
    'deliver to a paused or disabled publication again, what was parked meanwhile oldest first';
  static override args = {
    pub_name_or_id: Args.string({ required: true, description: 'name or id of the publication' }),
  };
  static override flags = {
    'drain-rate': Flags.integer({
      min: DRAIN_RATE.min,
      max: DRAIN_RATE.max,
      description: `how many of the parked deliveries go out a second (${DRAIN_RATE.min} to ${DRAIN_RATE.max}; ${DRAIN_RATE.default} unless a drain is under way)`,
    }),
  };
  static override examples = ['<%= config.bin %> events:publications:resume crm --drain-rate 20 -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PublicationsResume);
    const api = this.openApp(flags);
    const nameOrId = args.pub_name_or_id;
    await withProgress(`Resuming publication ${nameOrId} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/publications/${nameOrId}`, {
        paused: false,
        drain_rate: flags['drain-rate'],
      }),
    );
  }
}
