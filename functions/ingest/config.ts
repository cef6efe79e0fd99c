import type { Environment } from '../../src/settings/names.ts';
import { type CommonSettings, readCommonSettings, SettingsReader } from '../../src/settings/read.ts';

export interface IngestConfig extends CommonSettings {
  readonly deliveryQueueUrl: string;
  /** DNS names in lower case, or `*`. */
  readonly allowedOrigins: readonly string[];
}

/** Throws `ConfigurationError` naming every fault. */
export function readConfig(environment: Environment): IngestConfig {
  const settings = new SettingsReader(environment);
  const config: IngestConfig = {
    ...readCommonSettings(settings),
    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
    allowedOrigins: (settings.optional('PUBLISH_ALLOWED_ORIGINS') ?? '')
      .toLowerCase()
      .split(',')
      .filter(Boolean),
  };
  settings.done();
  return config;
}
