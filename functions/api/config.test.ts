import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const ENVIRONMENT = {
  TABLE_NAME: 'sluice',
  DELIVERY_QUEUE_URL: 'https://sqs.example.com/deliveries',
  DELIVERY_DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/deliveries-dlq',
  ORDERED_QUEUE_URL: 'https://sqs.example.com/ordered.fifo',
  ORDERED_DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/ordered-dlq.fifo',
  POLL_QUEUE_URL: 'https://sqs.example.com/polls',
  POLL_DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/polls-dlq',
  KMS_KEY_ID: 'alias/sluice',
  PUBLIC_API_URL: 'https://api.example.com/',
  PUBLISH_BASE_URL: 'https://publish.example.com',
  LOG_GROUPS: 'deliver=/aws/deliver,api=/aws/api',
};

describe('the configuration of the management API', () => {
  it('takes the addresses without a slash at their end', () => {
    expect(readConfig(ENVIRONMENT)).toMatchObject({
      publicApiUrl: 'https://api.example.com',
      publishBaseUrl: 'https://publish.example.com',
      allowLoopback: false,
      adminTokenSecretArn: undefined,
    });
  });

  it('names all faults together', () => {
    const broken = {
      ...ENVIRONMENT,
      TABLE_NAME: '',
      KMS_KEY_ID: '',
      PUBLIC_API_URL: 'here',
      ALLOW_LOOPBACK: 'yes',
    };
    for (const fault of [
      /TABLE_NAME is missing/,
      /KMS_KEY_ID or LOCAL_KEY_FILE/,
      /PUBLIC_API_URL: expected a URL/,
      /ALLOW_LOOPBACK/,
    ]) {
      expect(() => readConfig(broken)).toThrow(fault);
    }
  });
});
