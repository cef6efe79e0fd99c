import type { Environment } from '../../src/settings/names.ts';
import {
  type AppLogSettings,
  type CommonSettings,
  type OutwardSettings,
  readAppLogSettings,
  readCommonSettings,
  readOutwardSettings,
  SettingsReader,
} from '../../src/settings/read.ts';

export interface PollerConfig extends CommonSettings, OutwardSettings, AppLogSettings {
  readonly deliveryQueueUrl: string;
  readonly orderedQueueUrl: string;
  readonly pollQueueUrl: string;
  readonly pollDeadLetterQueueUrl: string;
}

/** Throws a `ConfigurationError` that names every fault. */
export function readConfig(environment: Environment): PollerConfig {
  const settings = new SettingsReader(environment);
  const config: PollerConfig = {
    ...readCommonSettings(settings),
    ...readOutwardSettings(settings),
    ...readAppLogSettings(settings),
    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
    orderedQueueUrl: settings.required('ORDERED_QUEUE_URL'),
    pollQueueUrl: settings.required('POLL_QUEUE_URL'),
    pollDeadLetterQueueUrl: settings.required('POLL_DEAD_LETTER_QUEUE_URL'),
  };
  settings.done();
  return config;
}
