import type { FeedSource } from '../../domain/feeds/feed-source.ts';
import type { GapRepair } from '../../domain/feeds/gap-repair.ts';
import { PubSubFeedSource, type PubSubFeedSourceOptions } from './feed-source.ts';
import { OrgGapRepair } from './gap-repair.ts';
import { makeConnections } from './org-access.ts';
import { OrgRest } from './rest.ts';
import { SchemaCache } from './schema-cache.ts';
import { makeTokenSource, type SalesforcePorts } from './token-access.ts';

// A separate front door, because importing it loads gRPC and Avro, which only a program that reads feeds should pay
// for.

/** Everything that reading feeds needs. */
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
