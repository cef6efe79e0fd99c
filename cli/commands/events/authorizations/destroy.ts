import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { confirmByApp } from '../../../lib/confirmation.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand, confirmFlag } from '../../../lib/sluice-command.ts';

export default class AuthorizationsDestroy extends AppCommand {
  static override description = 'destroy a Heroku Events authorization';
  static override args = {
    alias: Args.string({ required: true, description: 'alias or id of the authorization' }),
  };
  static override flags = { confirm: confirmFlag };
  static override examples = ['<%= config.bin %> events:authorizations:destroy my-org -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AuthorizationsDestroy);
    const api = this.openApp(flags);
    const path = apiPath`/authorizations/${args.alias}`;
    await confirmByApp(api.app, flags.confirm, () => api.request('GET', path));
    await withProgress(`Destroying authorization ${args.alias} on ${api.app}`, () =>
      api.request('DELETE', path),
    );
  }
}
