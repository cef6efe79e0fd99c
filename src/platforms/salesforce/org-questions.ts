import type { EventSchemas } from '../../domain/authorizations/event-schemas.ts';
import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import type { TopicDirectory } from '../../domain/authorizations/topic-directory.ts';
import type { EventDecoder } from '../../domain/feeds/event-decoder.ts';
import { PubSubEventDecoder } from './event-decoder.ts';
import { OrgEventSchemas } from './event-schemas.ts';
import { makeConnections } from './org-access.ts';
import { OrgRest } from './rest.ts';
import type { SalesforcePorts } from './token-access.ts';
import { OrgTopicDirectory } from './topic-directory.ts';

/** The questions that the management API asks orgs. */
export interface OrgQuestions {
  readonly topics: TopicDirectory;
  readonly eventSchemas: EventSchemas;
  readonly decoder: EventDecoder;
}

/** Uses gRPC and Avro, so it is loaded on first use. */
export function makeOrgQuestions(ports: SalesforcePorts, tokens: TokenSource): OrgQuestions {
  const connections = makeConnections(ports, tokens);
  return {
    topics: new OrgTopicDirectory(connections, new OrgRest(tokens, ports)),
    eventSchemas: new OrgEventSchemas(connections),
    decoder: new PubSubEventDecoder(connections),
  };
}
