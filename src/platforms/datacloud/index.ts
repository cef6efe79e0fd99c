import { systemTimers } from '../../base/timers.ts';
import type { IngestDirectory } from '../../domain/authorizations/ingest-directory.ts';
import { ConnectorSchemas } from './connector-schemas.ts';
import { makeHttp } from './http.ts';
import { OrgIngestDirectory } from './org-ingest-directory.ts';
import { TenantApi } from './tenant-api.ts';
import { type TenantTokenPorts, TenantTokens } from './tenant-tokens.ts';

/** For making publications. */
export function dataCloudManagement(ports: Omit<TenantTokenPorts, 'http' | 'timers'>): IngestDirectory {
  const { tokens, clock, allowLoopback } = ports;
  const http = makeHttp({ addresses: { allowLoopback }, clock });
  return new OrgIngestDirectory(
    new ConnectorSchemas(tokens, http, clock),
    new TenantApi(new TenantTokens({ ...ports, http, timers: systemTimers }), http),
  );
}
