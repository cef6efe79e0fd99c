import type { Environment } from '../../src/settings/names.ts';
import { SettingsReader } from '../../src/settings/read.ts';

export interface PollerConfig {
  readonly tableName: string;
  readonly deliveryQueueUrl: string;
  readonly pollQueueUrl: string;
  readonly kmsKeyId: string | undefined;
  readonly localKeyFile: string | undefined;
  readonly allowLoopback: boolean;
  readonly sqsEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly logLevel: string | undefined;
}

/** Throws `ConfigurationError` naming every fault. */
export function readConfig(environment: Environment): PollerConfig {
  const settings = new SettingsReader(environment);
  const config: PollerConfig = {
    tableName: settings.required('TABLE_NAME'),
    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
    pollQueueUrl: settings.required('POLL_QUEUE_URL'),
    kmsKeyId: settings.optional('KMS_KEY_ID'),
    localKeyFile: settings.optional('LOCAL_KEY_FILE'),
    allowLoopback: settings.flag('ALLOW_LOOPBACK'),
    sqsEndpoint: settings.optional('SQS_ENDPOINT'),
    dynamodbEndpoint: settings.optional('DYNAMODB_ENDPOINT'),
    logLevel: settings.optional('LOG_LEVEL'),
  };
  settings.done();
  return config;
}
