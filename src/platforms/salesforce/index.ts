import type { AuthorizationGrant } from '../../domain/authorizations/authorization-grant.ts';
import type { EventSchemas } from '../../domain/authorizations/event-schemas.ts';
import type { InstallationApp } from '../../domain/authorizations/installation-app.ts';
import type { OrgLimits } from '../../domain/authorizations/org-limits.ts';
import type { TokenRenewer, TokenSource } from '../../domain/authorizations/token-source.ts';
import type { TopicDirectory } from '../../domain/authorizations/topic-directory.ts';
import type { EventDecoder } from '../../domain/feeds/event-decoder.ts';
import type { FeedSource } from '../../domain/feeds/feed-source.ts';
import type { GapRepair } from '../../domain/feeds/gap-repair.ts';
import { PubSubEventDecoder } from './event-decoder.ts';
import { OrgEventSchemas } from './event-schemas.ts';
import { PubSubFeedSource, type PubSubFeedSourceOptions } from './feed-source.ts';
import { OrgGapRepair } from './gap-repair.ts';
import { SalesforceGrant } from './oauth/grant.ts';
import { makeConnections } from './org-access.ts';
import { OrgRest } from './rest.ts';
import { SchemaCache } from './schema-cache.ts';
import { makeTokenClient, makeTokenSource, type SalesforcePorts } from './token-access.ts';
import { OrgTopicDirectory } from './topic-directory.ts';

// The front door: what each program needs of Salesforce, made of its parts. A function for each and not one object, so that a
// bundle holds only the parts that its program uses.

/** For managing authorizations, and what is made of them. */
export function salesforceManagement(
  ports: SalesforcePorts & {
    /** For authorizations that name no app of their own. */
    readonly installationApp: InstallationApp | undefined;
  },
): {
  readonly grant: AuthorizationGrant;
  readonly topics: TopicDirectory;
  readonly eventSchemas: EventSchemas;
  readonly decoder: EventDecoder;
  readonly orgTokens: TokenSource;
} {
  const tokens = makeTokenSource(ports);
  const connections = makeConnections(ports, tokens);
  return {
    grant: new SalesforceGrant({ ...ports, tokens: makeTokenClient(ports) }),
    topics: new OrgTopicDirectory(connections, new OrgRest(tokens, ports)),
    eventSchemas: new OrgEventSchemas(connections),
    decoder: new PubSubEventDecoder(connections),
    orgTokens: tokens,
  };
}

/** For reading feeds. */
export function salesforceFeeds(
  ports: SalesforcePorts,
  options: PubSubFeedSourceOptions = {},
): { readonly source: FeedSource; readonly gapRepair: GapRepair } {
  const tokens = makeTokenSource(ports);
  const connections = makeConnections(ports, tokens);
  const schemas = new SchemaCache();
  return {
    source: new PubSubFeedSource(connections, schemas, ports.clock, options),
    gapRepair: new OrgGapRepair(new OrgRest(tokens, ports), connections, schemas),
  };
}

/** For what is due by the clock: renewing access tokens, and reading the limits of orgs. */
export function salesforceUpkeep(ports: SalesforcePorts): {
  readonly renewer: TokenRenewer;
  readonly orgs: OrgLimits;
} {
  const renewer = makeTokenSource(ports);
  return { renewer, orgs: new OrgRest(renewer, ports) };
}
