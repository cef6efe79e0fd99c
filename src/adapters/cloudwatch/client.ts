import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type FarSide, farSideSettings } from '../far-side.ts';
import { nameAwsRequests } from '../name-aws-requests.ts';

/** Throttling passes within this many attempts: CloudWatch Logs allows few requests a second for the whole account. */
const ATTEMPTS_MAX = 4;
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 10_000;

export function makeLogsClient(farSide: FarSide = {}): CloudWatchLogsClient {
  return nameAwsRequests(
    new CloudWatchLogsClient({
      ...farSideSettings(farSide),
      maxAttempts: ATTEMPTS_MAX,
      requestHandler: {
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    }),
    'logs',
  );
}

/** Whether CloudWatch Logs reports that the account makes too many requests at a time. */
export function isTooMuch(error: unknown): boolean {
  return (
    error instanceof Error && /^(?:LimitExceeded|Throttling|ServiceUnavailable)Exception$/.test(error.name)
  );
}
