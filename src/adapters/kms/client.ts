import { KMSClient } from '@aws-sdk/client-kms';
import { type FarSide, farSideSettings } from '../far-side.ts';
import { nameAwsRequests } from '../name-aws-requests.ts';

/** KMS limits the request rate of the whole account: others may be using it up. */
const ATTEMPTS_MAX = 5;
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 5_000;

export function makeKmsClient(farSide: FarSide = {}): KMSClient {
  const client = new KMSClient({
    ...farSideSettings(farSide),
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return nameAwsRequests(client, 'kms');
}
