import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { confirmByApp } from '../../../lib/confirmation.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand, confirmFlag } from '../../../lib/sluice-command.ts';

export default class PublicationsDestroy extends AppCommand {
  static override description = 'unlink and destroy a Heroku Events publication';
  static override args = {
    pub_name_or_id: Args.string({ required: true, description: 'name or id of the publication' }),
  };
  static override flags = { confirm: confirmFlag };
  static override examples = ['<%= config.bin %> events:publications:destroy my-publication -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PublicationsDestroy);
    const api = this.openApp(flags);
    const nameOrId = args.pub_name_or_id;
    const path = apiPath`/publications/${nameOrId}`;
    await confirmByApp(api.app, flags.confirm, () => api.request('GET', path));
    await withProgress(`Destroying publication ${nameOrId} on ${api.app}`, () => api.request('DELETE', path));
  }
}
