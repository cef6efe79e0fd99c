import type { IngestDirectory } from '../../domain/authorizations/ingest-directory.ts';
import type { TenantTokenPorts } from './tenant-tokens.ts';

/** For creating publications. Loaded when the first one is created, because few API requests concern Data Cloud. */
export function dataCloudManagement(ports: Omit<TenantTokenPorts, 'http' | 'timers'>): IngestDirectory {
  let loaded: Promise<IngestDirectory> | undefined;
  const load = async () => (await import('./org-ingest-directory.ts')).makeIngestDirectory(ports);
  return {
    async find(...of) {
      loaded ??= load();
      return (await loaded).find(...of);
    },
    async test(...of) {
      loaded ??= load();
      return (await loaded).test(...of);
    },
  };
}
