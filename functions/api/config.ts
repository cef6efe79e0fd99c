import type { Environment } from '../../src/settings/names.ts';
import { SettingsReader } from '../../src/settings/read.ts';

export interface ApiConfig {
  readonly tableName: string;
  readonly deliveryQueueUrl: string;
  readonly pollQueueUrl: string;
  readonly kmsKeyId: string | undefined;
  readonly localKeyFile: string | undefined;
  /** Absent where the first administration token is given otherwise. */
  readonly adminTokenSecretArn: string | undefined;
  /** Without slash at its end. */
  readonly publicApiUrl: string;
  readonly publishBaseUrl: string;
  readonly allowLoopback: boolean;
  readonly sqsEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly logLevel: string | undefined;
}

/** Throws `ConfigurationError` naming every fault. */
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
    tableName: settings.required('TABLE_NAME'),
    deliveryQueueUrl: settings.required('DELIVERY_QUEUE_URL'),
    pollQueueUrl: settings.required('POLL_QUEUE_URL'),
    kmsKeyId: settings.optional('KMS_KEY_ID'),
    localKeyFile: settings.optional('LOCAL_KEY_FILE'),
    adminTokenSecretArn: settings.optional('ADMIN_TOKEN_SECRET_ARN'),
    publicApiUrl: address('PUBLIC_API_URL'),
    publishBaseUrl: address('PUBLISH_BASE_URL'),
    allowLoopback: settings.flag('ALLOW_LOOPBACK'),
    sqsEndpoint: settings.optional('SQS_ENDPOINT'),
    dynamodbEndpoint: settings.optional('DYNAMODB_ENDPOINT'),
    logLevel: settings.optional('LOG_LEVEL'),
  };
  if (config.kmsKeyId === undefined && config.localKeyFile === undefined) {
    settings.fault('KMS_KEY_ID or LOCAL_KEY_FILE: expected one of the two, found neither');
  }
  settings.done();
  return config;
}
