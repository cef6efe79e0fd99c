import type { Environment } from '../../src/settings/names.ts';
import {
  type CommonSettings,
  type OutwardSettings,
  readCommonSettings,
  readOutwardSettings,
  SettingsReader,
} from '../../src/settings/read.ts';
import { APP_PUBLISHES_PER_SECOND } from '../../src/settings/runtime.ts';

export interface IngestConfig extends CommonSettings, Pick<OutwardSettings, 'kmsKeyId' | 'localKeyFile'> {
  readonly deliveryQueueUrl: string;
  readonly orderedQueueUrl: string;
  readonly appPublishesPerSecond: number;
  /** DNS names in lower case, or `*`. */
  readonly allowedOrigins: readonly string[];
}

/** Throws a `ConfigurationError` that names every fault. */
export function readConfig(environment: Environment): IngestConfig {
  const settings = new SettingsReader(environment);
  const config: IngestConfig = {
    ...readCommonSettings(settings),
    ...readOutwardSettings(settings),
    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
    orderedQueueUrl: settings.required('ORDERED_QUEUE_URL'),
    appPublishesPerSecond: settings.count('APP_PUBLISHES_PER_SECOND', APP_PUBLISHES_PER_SECOND),
    allowedOrigins: (settings.optional('PUBLISH_ALLOWED_ORIGINS') ?? '')
      .toLowerCase()
      .split(',')
      .filter(Boolean),
  };
  settings.done();
  return config;
}
