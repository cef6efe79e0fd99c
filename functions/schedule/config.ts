import type { Environment } from '../../src/settings/names.ts';
import {
  type AppLogSettings,
  type CommonSettings,
  type HerokuSettings,
  type OutwardSettings,
  readAppLogSettings,
  readCommonSettings,
  readHerokuSettings,
  readOutwardSettings,
  SettingsReader,
} from '../../src/settings/read.ts';

export interface ScheduleConfig extends CommonSettings, OutwardSettings, AppLogSettings, HerokuSettings {
  readonly deliveryQueueUrl: string;
  readonly orderedQueueUrl: string;
  readonly pollQueueUrl: string;
}

/** Throws a `ConfigurationError` that names every fault. */
export function readConfig(environment: Environment): ScheduleConfig {
  const settings = new SettingsReader(environment);
  const config: ScheduleConfig = {
    ...readCommonSettings(settings),
    ...readOutwardSettings(settings),
    ...readAppLogSettings(settings),
    ...readHerokuSettings(settings),
    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
    orderedQueueUrl: settings.required('ORDERED_QUEUE_URL'),
    pollQueueUrl: settings.required('POLL_QUEUE_URL'),
  };
  settings.done();
  return config;
}
