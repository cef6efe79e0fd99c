import type { InstallationApp } from '../../src/domain/authorizations/installation-app.ts';
import type { AllowedTargetList } from '../../src/settings/allowed-targets.ts';
import type { Environment } from '../../src/settings/names.ts';
import type { PortRange } from '../../src/settings/ports.ts';
import {
  type CommonSettings,
  type HerokuSettings,
  type LogPlace,
  type OutwardSettings,
  readCommonSettings,
  readHerokuSettings,
  readOutwardSettings,
  SettingsReader,
} from '../../src/settings/read.ts';
import { APP_REQUESTS_PER_SECOND } from '../../src/settings/runtime.ts';

export interface ApiConfig extends CommonSettings, OutwardSettings, HerokuSettings {
  readonly webhookPorts: readonly PortRange[] | undefined;
  readonly allowedTargets: AllowedTargetList;
  readonly deliveryQueueUrl: string;
  readonly orderedQueueUrl: string;
  readonly orderedDeadLetterQueueUrl: string;
  readonly deliveryDeadLetterQueueUrl: string;
  readonly pollQueueUrl: string;
  readonly pollDeadLetterQueueUrl: string;
  /** Absent if the first administration token comes from elsewhere. */
  readonly adminTokenSecretArn: string | undefined;
  /** Without a trailing slash. */
  readonly publicApiUrl: string;
  readonly publishBaseUrl: string;
  readonly salesforceApp: InstallationApp | undefined;
  readonly appRequestsPerSecond: number;
  /** The folder with the console's files; undefined: the folder `console` beside the code. */
  readonly consoleFolder: string | undefined;
  readonly consoleHidesPayloads: boolean;
  readonly log: LogPlace;
}

/** Throws a `ConfigurationError` that names every fault. */
export function readConfig(environment: Environment): ApiConfig {
  const settings = new SettingsReader(environment);
  const address = (name: 'PUBLIC_API_URL' | 'PUBLISH_BASE_URL') => {
    const text = settings.required(name);
    if (text !== '' && !URL.canParse(text)) {
      settings.fault(`${name}: expected a URL, found ${JSON.stringify(text)}`);
    }
    return text.replace(/\/+$/, '');
  };
  const config: ApiConfig = {
    ...readCommonSettings(settings),
    ...readOutwardSettings(settings),
    ...readHerokuSettings(settings),
    webhookPorts: settings.ports('WEBHOOK_PORTS'),
    allowedTargets: settings.allowedTargets('ALLOWED_TARGETS'),
    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
    orderedQueueUrl: settings.required('ORDERED_QUEUE_URL'),
    orderedDeadLetterQueueUrl: settings.required('ORDERED_DEAD_LETTER_QUEUE_URL'),
    deliveryDeadLetterQueueUrl: settings.required('DELIVERY_DEAD_LETTER_QUEUE_URL'),
    pollQueueUrl: settings.required('POLL_QUEUE_URL'),
    pollDeadLetterQueueUrl: settings.required('POLL_DEAD_LETTER_QUEUE_URL'),
    adminTokenSecretArn: settings.optional('ADMIN_TOKEN_SECRET_ARN'),
    publicApiUrl: address('PUBLIC_API_URL'),
    publishBaseUrl: address('PUBLISH_BASE_URL'),
    salesforceApp: readSalesforceApp(settings),
    appRequestsPerSecond: settings.count('APP_REQUESTS_PER_SECOND', APP_REQUESTS_PER_SECOND),
    consoleFolder: settings.optional('CONSOLE_FOLDER'),
    consoleHidesPayloads: settings.flag('CONSOLE_HIDES_PAYLOADS'),
    log: readLogPlace(settings),
  };
  settings.done();
  return config;
}

function readLogPlace(settings: SettingsReader): LogPlace {
  const path = settings.optional('LOG_FILE');
  if (path !== undefined) return { kind: 'file', path };
  const text = settings.optional('LOG_GROUPS');
  if (text === undefined) settings.fault('LOG_FILE or LOG_GROUPS: expected one of the two, found neither');
  const groups = new Map<string, string>();
  for (const each of text?.split(',') ?? []) {
    const [name = '', group = ''] = each.split('=');
    if (name === '' || group === '') {
      settings.fault(`LOG_GROUPS: expected <function>=<name of a log group>, found ${JSON.stringify(each)}`);
    }
    groups.set(name, group);
  }
  return { kind: 'groups', groups };
}

function readSalesforceApp(settings: SettingsReader): InstallationApp | undefined {
  const clientId = settings.optional('SALESFORCE_CLIENT_ID');
  if (clientId === undefined) return undefined;
  return {
    clientId,
    loginUrl: settings.optional('SALESFORCE_LOGIN_URL'),
    pubsubEndpoint: settings.optional('SALESFORCE_PUBSUB_ENDPOINT'),
  };
}
