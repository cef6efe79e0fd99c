import { Args, Flags } from '@oclif/core';
import { AuthorizationAnswer } from '../../../../lib/authorization-display.ts';
import { awaitAuthorization } from '../../../../lib/await-authorization.ts';
import { Failure } from '../../../../lib/failure.ts';
import { withProgress } from '../../../../lib/progress.ts';
import { readSecret } from '../../../../lib/secret-input.ts';
import { AppCommand } from '../../../../lib/sluice-command.ts';

const FLOWS = ['web', 'jwt', 'client-credentials', 'sfdx-url'] as const;

export default class AuthorizationsSalesforceCreate extends AppCommand {
  static override description =
    'authorize an app to act in a Salesforce org. ' +
    'Secrets come from a file, or from standard input for "-": a value on the command line could be seen by others.';
  static override hiddenAliases = ['events:authorizations:sfdc:create'];
  static override args = {
    alias: Args.string({ required: true, description: 'Heroku Events authorization alias' }),
  };
  static override flags = {
    browser: Flags.string({ description: 'browser to open, such as firefox' }),
    'login-url': Flags.string({ description: 'where to log in: My Domain, or https://test.salesforce.com' }),
    flow: Flags.option({
      options: FLOWS,
      description: 'how the org is asked; web unless a key file or an SFDX URL is given',
    })(),
    'client-id': Flags.string({ description: "the External Client App's consumer key" }),
    'client-secret-file': Flags.string({ description: 'file with its consumer secret', helpValue: 'FILE' }),
    'key-file': Flags.string({ description: 'PEM file with the private key of flow jwt', helpValue: 'FILE' }),
    'sfdx-url-file': Flags.string({
      description: 'file with a force:// URL, as sf org display --verbose shows it',
      helpValue: 'FILE',
      exclusive: ['client-id', 'client-secret-file', 'key-file', 'username'],
    }),
    username: Flags.string({ description: 'Salesforce user that flow jwt acts as' }),
    'pubsub-endpoint': Flags.string({ description: 'host:port of the Pub/Sub API', helpValue: 'HOST:PORT' }),
    insecure: Flags.boolean({ description: 'plain-text connections; on loopback addresses only' }),
  };
  static override examples = [
    '<%= config.bin %> events:authorizations:salesforce:create my-org -a my-app',
    '<%= config.bin %> events:authorizations:salesforce:create my-org --flow jwt --client-id 3MVG9… --key-file server.key --username events@example.com -a my-app',
    'sf org display --verbose --json | jq -r .result.sfdxAuthUrl | <%= config.bin %> events:authorizations:salesforce:create my-org --sfdx-url-file - -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AuthorizationsSalesforceCreate);
    const api = this.openApp(flags);
    const flow = flags.flow ?? impliedFlow(flags);
    requireForFlow(flow, flags);
    const secret = (flag: 'client-secret-file' | 'key-file' | 'sfdx-url-file') =>
      flags[flag] === undefined ? undefined : readSecret(flags[flag], flag);
    const body = {
      alias: args.alias,
      flow,
      login_url: flags['login-url'],
      client_id: flags['client-id'],
      client_secret: await secret('client-secret-file'),
      private_key: await secret('key-file'),
      sfdx_auth_url: await secret('sfdx-url-file'),
      username: flags.username,
      pubsub_endpoint: flags['pubsub-endpoint'],
      insecure: flags.insecure ? true : undefined,
    };
    const create = () => api.post('/platforms/salesforce/authorizations', body, AuthorizationAnswer);
    // The stock plugin says nothing before it sends a person to the browser.
    const created =
      flow === 'web' ? await create() : await withProgress(`Creating authorization ${args.alias}`, create);
    await awaitAuthorization(api, created, flags.browser);
  }
}

type Flow = (typeof FLOWS)[number];
interface FlowFlags {
  readonly 'client-id'?: string | undefined;
  readonly 'client-secret-file'?: string | undefined;
  readonly 'key-file'?: string | undefined;
  readonly 'sfdx-url-file'?: string | undefined;
  readonly username?: string | undefined;
}

function impliedFlow(flags: FlowFlags): Flow {
  if (flags['sfdx-url-file'] !== undefined) return 'sfdx-url';
  return flags['key-file'] === undefined ? 'web' : 'jwt';
}

const REQUIRED: Readonly<Record<Flow, readonly (keyof FlowFlags)[]>> = {
  web: [],
  jwt: ['client-id', 'key-file', 'username'],
  'client-credentials': ['client-id', 'client-secret-file'],
  'sfdx-url': ['sfdx-url-file'],
};

function requireForFlow(flow: Flow, flags: FlowFlags): void {
  const missing = REQUIRED[flow].filter((name) => flags[name] === undefined);
  if (missing.length > 0) {
    throw new Failure(`flow ${flow} needs ${missing.map((name) => `--${name}`).join(', ')} as well`);
  }
  const fromStdin = (['client-secret-file', 'key-file', 'sfdx-url-file'] as const).filter(
    (name) => flags[name] === '-',
  );
  if (fromStdin.length > 1) {
    throw new Failure(
      `only one of ${fromStdin.map((name) => `--${name}`).join(' and ')} can come from stdin`,
    );
  }
}
