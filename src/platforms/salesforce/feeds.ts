import type { FeedSource } from '../../domain/feeds/feed-source.ts';
import type { GapRepair } from '../../domain/feeds/gap-repair.ts';
import { PubSubFeedSource, type PubSubFeedSourceOptions } from './feed-source.ts';
import { OrgGapRepair } from './gap-repair.ts';
import { makeConnections } from './org-access.ts';
import { OrgRest } from './rest.ts';
import { SchemaCache } from './schema-cache.ts';
import { makeTokenSource, type SalesforcePorts } from './token-access.ts';

// A front door of its own: gRPC and Avro are read when it is imported, which only a program that reads feeds should pay for.

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
