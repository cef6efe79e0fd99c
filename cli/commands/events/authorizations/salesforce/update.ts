import { Args } from '@oclif/core';
import { apiPath } from '../../../../lib/api-client.ts';
import { readAuthorization } from '../../../../lib/authorization-display.ts';
import { awaitLogin, LOGIN_ANEW } from '../../../../lib/await-login.ts';
import { json } from '../../../../lib/display.ts';
import { withProgress } from '../../../../lib/progress.ts';
import {
  CREDENTIAL_FIELDS,
  credentialFlags,
  flowOf,
  readCredentials,
} from '../../../../lib/salesforce-credentials.ts';
import { AppCommand, createdJsonFlag } from '../../../../lib/sluice-command.ts';

export default class AuthorizationsSalesforceUpdate extends AppCommand {
  static override description =
    'replace the credentials of an authorization, such as a key or a secret that is rotated, or its flow. ' +
    'The org stays the same, and so do its subscriptions and publications; what is not named stays as it is. ' +
    'The old credentials are in use until the org has taken the new ones. Without flags, an authorization of flow web is logged in to again.';
  static override args = {
    alias: Args.string({ required: true, description: 'alias or id of the authorization' }),
  };
  static override flags = { ...credentialFlags, json: createdJsonFlag };
  static override fieldFlags = CREDENTIAL_FIELDS;
  static override examples = [
    '<%= config.bin %> events:authorizations:salesforce:update my-org --key-file new.key -a my-app',
    '<%= config.bin %> events:authorizations:salesforce:update my-org --flow client-credentials --client-id 3MVG9… --client-secret-file secret.txt -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AuthorizationsSalesforceUpdate);
    const flow = flowOf(flags);
    const api = this.openApp(flags);
    const body = await readCredentials(flow, flags);
    const answer = await withProgress(`Updating authorization ${args.alias} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/authorizations/${args.alias}`, body),
    );
    const updated = readAuthorization(answer);
    const isLoginAwaited = updated.extra?.redirect_uri !== undefined;
    const done = isLoginAwaited ? await awaitLogin(api, updated, flags.browser, LOGIN_ANEW) : answer;
    if (flags.json) this.log(json(done));
  }
}
