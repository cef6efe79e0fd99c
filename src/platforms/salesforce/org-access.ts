import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import { OrgConnections } from './org-connections.ts';
import { PubSubClients } from './pubsub/client.ts';
import type { SalesforcePorts } from './token-access.ts';

/** @param clients the gRPC connections, if they are shared */
export function makeConnections(
  { authorizations, allowLoopback, clock }: SalesforcePorts,
  tokens: TokenSource,
  clients: PubSubClients = new PubSubClients(),
): OrgConnections {
  return new OrgConnections({ authorizations, tokens, clients, allowLoopback, clock });
}
