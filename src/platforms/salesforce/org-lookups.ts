import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import type { TopicDirectory } from '../../domain/authorizations/topic-directory.ts';
import type { EventDecoder } from '../../domain/feeds/event-decoder.ts';
import { PubSubEventDecoder } from './event-decoder.ts';
import { makeConnections } from './org-access.ts';
import type { SalesforcePorts } from './org-tokens.ts';
import { OrgRest } from './rest.ts';
import { OrgTopicDirectory } from './topic-directory.ts';

/** What the management API asks an org over the Pub/Sub API. */
export interface OrgLookups {
  readonly topics: TopicDirectory;
  readonly decoder: EventDecoder;
}

export function makeOrgLookups(ports: SalesforcePorts, tokens: TokenSource): OrgLookups {
  const connections = makeConnections(ports, tokens);
  return {
    topics: new OrgTopicDirectory(connections, new OrgRest(tokens)),
    decoder: new PubSubEventDecoder(connections),
  };
}
