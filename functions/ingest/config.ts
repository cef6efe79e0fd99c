import type { Environment } from '../../src/settings/names.ts';
import { type CommonSettings, readCommonSettings, SettingsReader } from '../../src/settings/read.ts';

export interface IngestConfig extends CommonSettings {
  readonly deliveryQueueUrl: string;
}

/** Throws `ConfigurationError` naming every fault. */
export function readConfig(environment: Environment): IngestConfig {
  const settings = new SettingsReader(environment);
  const config: IngestConfig = {
    ...readCommonSettings(settings),

    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
  };
  settings.done();
  return config;
}
