import type { Environment } from '../../src/settings/names.ts';
import { SettingsReader } from '../../src/settings/read.ts';

export interface IngestConfig {
  readonly tableName: string;
  readonly deliveryQueueUrl: string;
  readonly sqsEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly logLevel: string | undefined;
}

/** Throws `ConfigurationError` naming every fault. */
export function readConfig(environment: Environment): IngestConfig {
  const settings = new SettingsReader(environment);
  const config: IngestConfig = {
    tableName: settings.required('TABLE_NAME'),
    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
    sqsEndpoint: settings.optional('SQS_ENDPOINT'),
    dynamodbEndpoint: settings.optional('DYNAMODB_ENDPOINT'),
    logLevel: settings.optional('LOG_LEVEL'),
  };
  settings.done();
  return config;
}
