import { Args } from '@oclif/core';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { follow, RedriveAnswer, redriveFlags } from '../../../lib/redrives.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class RedrivesResume extends AppCommand {
  static override description =
    'let a paused retry or discard of many deliveries go on where it stopped, and follow it to its end';
  static override args = { id: Args.string({ required: true, description: 'id of the redrive, as listed' }) };
  static override flags = { detach: { ...redriveFlags.detach, exclusive: [] } };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RedrivesResume);
    const api = this.openApp(flags);
    const answer = await api.request('PATCH', apiPath`/redrives/${args.id}`, { paused: false });
    const redrive = expectShape(RedriveAnswer, answer, 'the redrive');
    if (!flags.detach) await follow(api, redrive, `Resuming redrive ${args.id} on ${api.app}`);
  }
}
