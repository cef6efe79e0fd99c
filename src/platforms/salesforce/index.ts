import type { AuthorizationGrant } from '../../domain/authorizations/authorization-grant.ts';
import type { InstallationApp } from '../../domain/authorizations/installation-app.ts';
import type { OrgLimits } from '../../domain/authorizations/org-limits.ts';
import type { TokenRenewer, TokenSource } from '../../domain/authorizations/token-source.ts';
import { endGrant } from './oauth/end-grant.ts';
import { SalesforceGrant } from './oauth/grant.ts';
import type { OrgQuestions } from './org-questions.ts';
import { OrgRest } from './rest.ts';
import { makeTokenClient, makeTokenSource, type SalesforcePorts } from './token-access.ts';

// The front door: it assembles what each program needs from Salesforce. There is one function per program instead of
// one object, so that a bundle holds only the parts that its program uses.

/**
 * For managing authorizations and what depends on them. gRPC and Avro are loaded with the first question to an org,
 * because few requests have one.
 */
export function salesforceManagement(
  ports: SalesforcePorts & {
    /** For authorizations that name no app of their own. */
    readonly installationApp: InstallationApp | undefined;
  },
): OrgQuestions & {
  readonly grant: AuthorizationGrant;
  readonly orgTokens: TokenSource;
} {
  const tokens = makeTokenSource(ports);
  let loaded: Promise<OrgQuestions> | undefined;
  const load = async () => (await import('./org-questions.ts')).makeOrgQuestions(ports, tokens);
  const questions = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    grant: new SalesforceGrant({ ...ports, tokens: makeTokenClient(ports) }),
    topics: { find: async (...of) => (await questions()).topics.find(...of) },
    eventSchemas: { find: async (...of) => (await questions()).eventSchemas.find(...of) },
    decoder: { decode: async (...of) => (await questions()).decoder.decode(...of) },
    orgTokens: tokens,
  };
}

/** For what is due by the clock: renewing access tokens, reading the limits of orgs, and ending the grants of an app that goes. */
export function salesforceUpkeep(ports: SalesforcePorts): {
  readonly renewer: TokenRenewer;
  readonly orgs: OrgLimits;
  readonly grant: Pick<AuthorizationGrant, 'revoke'>;
} {
  const renewer = makeTokenSource(ports);
  const tokens = makeTokenClient(ports);
  return {
    renewer,
    orgs: new OrgRest(renewer, ports),
    grant: { revoke: (authorization) => endGrant({ ...ports, tokens }, authorization) },
  };
}
