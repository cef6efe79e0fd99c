import { Args } from '@oclif/core';
import { isActive, readAuthorization } from '../../../../lib/authorization-display.ts';
import { awaitLogin, FIRST_LOGIN } from '../../../../lib/await-login.ts';
import { json } from '../../../../lib/display.ts';
import { withProgress } from '../../../../lib/progress.ts';
import {
  CREDENTIAL_FIELDS,
  credentialFlags,
  flowOf,
  readCredentials,
  requireForFlow,
} from '../../../../lib/salesforce-credentials.ts';
import { AppCommand, createdJsonFlag } from '../../../../lib/sluice-command.ts';

export default class AuthorizationsSalesforceCreate extends AppCommand {
  static override description =
    'authorize an app to act in a Salesforce org. ' +
    'Secrets come from a file, or from standard input for "-": a value on the command line could be seen by others.';
  static override hiddenAliases = ['events:authorizations:sfdc:create'];
  static override args = {
    alias: Args.string({ required: true, description: 'Heroku Events authorization alias' }),
  };
  static override flags = { ...credentialFlags, json: createdJsonFlag };
  static override fieldFlags = CREDENTIAL_FIELDS;
  static override examples = [
    '<%= config.bin %> events:authorizations:salesforce:create my-org -a my-app',
    '<%= config.bin %> events:authorizations:salesforce:create my-org --flow jwt --client-id 3MVG9… --key-file server.key --username events@example.com -a my-app',
    'sf org display --verbose --json | jq -r .result.sfdxAuthUrl | <%= config.bin %> events:authorizations:salesforce:create my-org --sfdx-url-file - -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AuthorizationsSalesforceCreate);
    const flow = flowOf(flags) ?? 'web';
    requireForFlow(flow, flags);
    const api = this.openApp(flags);
    const body = { alias: args.alias, ...(await readCredentials(flow, flags)) };
    const create = () => api.request('POST', '/platforms/salesforce/authorizations', body);
    // The stock plugin prints nothing before it opens the browser.
    const answer =
      flow === 'web' ? await create() : await withProgress(`Creating authorization ${args.alias}`, create);
    const created = readAuthorization(answer);
    const done = isActive(created) ? answer : await awaitLogin(api, created, flags.browser, FIRST_LOGIN);
    if (flags.json) this.log(json(done));
  }
}
