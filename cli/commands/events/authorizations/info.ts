import { Args } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { readAuthorization } from '../../../lib/authorization-display.ts';
import { json, keyValues } from '../../../lib/display.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class AuthorizationsInfo extends AppCommand {
  static override description = 'show a Heroku Events authorization';
  static override args = {
    alias: Args.string({ required: true, description: 'alias or id of the authorization' }),
  };
  static override flags = { json: jsonFlag };
  static override examples = ['<%= config.bin %> events:authorizations:info my-org -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AuthorizationsInfo);
    const answer = await this.openApp(flags).request('GET', apiPath`/authorizations/${args.alias}`);
    const authorization = readAuthorization(answer);
    if (flags.json) return this.log(json(answer));
    const { params, extra, reason, ...fields } = authorization;
    this.log(
      keyValues({
        ...params,
        ...fields,
        reason: reason?.message,
        // The address to open in a browser, while a login is pending.
        authorize_at: extra?.redirect_uri,
        login_reason: extra?.reason?.message,
      }),
    );
  }
}
