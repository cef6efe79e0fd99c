import { Flags, type Interfaces } from '@oclif/core';
import { UsageFailure } from './failure.ts';
import { readSecret, refuseStdinTwice } from './secret-input.ts';

const FLOWS = ['web', 'jwt', 'client-credentials', 'sfdx-url'] as const;
export type Flow = (typeof FLOWS)[number];

/** The login flow and the credentials, for a new authorization and for a change of credentials. */
export const credentialFlags = {
  browser: Flags.string({ description: 'browser to open, such as firefox' }),
  'login-url': Flags.string({ description: 'where to log in: My Domain, or https://test.salesforce.com' }),
  flow: Flags.option({
    options: FLOWS,
    description: 'how the org is asked; a key file means jwt, an SFDX URL means sfdx-url',
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
  insecure: Flags.boolean({
    description:
      'plain-text connections, on loopback addresses only; with --pubsub-endpoint, as a simulated org has one',
  }),
};

const SECRET_FLAGS = ['client-secret-file', 'key-file', 'sfdx-url-file'] as const;

export type CredentialFlags = Partial<Interfaces.InferredFlags<typeof credentialFlags>>;

/** The flags that only some flows use. */
const FLOWS_OF: Readonly<Partial<Record<keyof CredentialFlags, readonly Flow[]>>> = {
  browser: ['web'],
  'client-id': ['web', 'jwt', 'client-credentials'],
  'client-secret-file': ['web', 'jwt', 'client-credentials'],
  'key-file': ['jwt'],
  username: ['jwt'],
  'sfdx-url-file': ['sfdx-url'],
};

const REQUIRED: Readonly<Record<Flow, readonly (keyof CredentialFlags)[]>> = {
  web: [],
  jwt: ['client-id', 'key-file', 'username'],
  'client-credentials': ['client-id', 'client-secret-file'],
  'sfdx-url': ['sfdx-url-file'],
};

/** The flow that the flags name or imply; undefined if they leave it open. Throws for flags that the flow ignores. */
export function flowOf(flags: CredentialFlags): Flow | undefined {
  const flow = flags.flow ?? impliedFlow(flags);
  if (flow === undefined) return undefined;
  for (const [name, flows] of Object.entries(FLOWS_OF)) {
    if (name in flags && !flows.includes(flow)) {
      throw new UsageFailure(
        `--${name} is not for flow ${flow}: leave it out, or name flow ${flows.join(' or ')}`,
      );
    }
  }
  return flow;
}

/** Requires all fields of the flow: a new authorization has no earlier values to keep. */
export function requireForFlow(flow: Flow, flags: CredentialFlags): void {
  const missing = REQUIRED[flow].filter((name) => flags[name] === undefined);
  if (missing.length > 0) {
    throw new UsageFailure(
      `--flow ${flow}: expected ${missing.map((name) => `--${name}`).join(', ')} with it`,
    );
  }
}

/** The API's fields by flag, where the names differ. Messages use it, too. */
export const CREDENTIAL_FIELDS = {
  client_secret: 'client-secret-file',
  private_key: 'key-file',
  sfdx_auth_url: 'sfdx-url-file',
} as const;

/** The fields of the API that only some flows use, by the flows that do. */
export const FLOWS_OF_FIELD: ReadonlyMap<string, readonly Flow[]> = new Map(
  Object.entries(FLOWS_OF).map(([flag, flows]) => [fieldOf(flag), flows]),
);

/** The fields that a flow requires. */
export const REQUIRED_FIELDS: ReadonlyMap<Flow, readonly string[]> = new Map(
  FLOWS.map((flow) => [flow, REQUIRED[flow].map(fieldOf)]),
);

function fieldOf(flag: string): string {
  const renamed = Object.entries(CREDENTIAL_FIELDS).find(([, name]) => name === flag)?.[0];
  return renamed ?? flag.replaceAll('-', '_');
}

/** The request body without the alias. Secrets are read from their files. */
export async function readCredentials(flow: Flow | undefined, flags: CredentialFlags): Promise<object> {
  refuseStdinTwice({ ...flags }, SECRET_FLAGS);
  const secret = async (flag: (typeof SECRET_FLAGS)[number]) =>
    flags[flag] === undefined ? undefined : await readSecret(flags[flag], flag);
  return {
    flow,
    login_url: flags['login-url'],
    client_id: flags['client-id'],
    client_secret: await secret(CREDENTIAL_FIELDS.client_secret),
    private_key: await secret(CREDENTIAL_FIELDS.private_key),
    sfdx_auth_url: await secret(CREDENTIAL_FIELDS.sfdx_auth_url),
    username: flags.username,
    pubsub_endpoint: flags['pubsub-endpoint'],
    insecure: flags.insecure === true ? true : undefined,
  };
}

function impliedFlow(flags: CredentialFlags): Flow | undefined {
  if (flags['sfdx-url-file'] !== undefined) return 'sfdx-url';
  return flags['key-file'] === undefined ? undefined : 'jwt';
}
