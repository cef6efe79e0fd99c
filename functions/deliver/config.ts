import type { AllowedTargetList } from '../../src/settings/allowed-targets.ts';
import type { Environment } from '../../src/settings/names.ts';
import type { PortRange } from '../../src/settings/ports.ts';
import {
  type AppLogSettings,
  type CommonSettings,
  type OutwardSettings,
  readAppLogSettings,
  readCommonSettings,
  readOutwardSettings,
  SettingsReader,
} from '../../src/settings/read.ts';

export interface DeliverConfig extends CommonSettings, OutwardSettings, AppLogSettings {
  readonly webhookPorts: readonly PortRange[] | undefined;
  readonly allowedTargets: AllowedTargetList;
  readonly deliveryQueueUrl: string;
  readonly deliveryDeadLetterQueueUrl: string;
  readonly orderedQueueUrl: string;
  readonly orderedDeadLetterQueueUrl: string;
}

/** Throws a `ConfigurationError` that names every fault. */
export function readConfig(environment: Environment): DeliverConfig {
  const settings = new SettingsReader(environment);
  const config: DeliverConfig = {
    ...readCommonSettings(settings),
    ...readOutwardSettings(settings),
    ...readAppLogSettings(settings),
    webhookPorts: settings.ports('WEBHOOK_PORTS'),
    allowedTargets: settings.allowedTargets('ALLOWED_TARGETS'),
    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
    deliveryDeadLetterQueueUrl: settings.required('DELIVERY_DEAD_LETTER_QUEUE_URL'),
    orderedQueueUrl: settings.required('ORDERED_QUEUE_URL'),
    orderedDeadLetterQueueUrl: settings.required('ORDERED_DEAD_LETTER_QUEUE_URL'),
  };
  settings.done();
  return config;
}
