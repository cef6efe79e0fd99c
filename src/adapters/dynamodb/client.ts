import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type FarSide, farSideSettings } from '../far-side.ts';
import { nameAwsRequests } from '../name-aws-requests.ts';
import { REQUEST_SLOTS_PLACE, requestSlots } from '../request-slots.ts';

/**
 * Tries per request: enough for throttling and 5xx errors to pass, few enough that a caller hears of an outage in
 * seconds.
 */
const ATTEMPTS_MAX = 6;
/** DynamoDB answers in milliseconds; a connection that hangs is worth replacing. */
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 5_000;
/**
 * Keep-alive sockets, and so concurrent requests: at DynamoDB's latency of milliseconds, this allows far more requests
 * a second than a function can make.
 */
const SOCKETS_MAX = 100;

export function makeDynamoClient(farSide: FarSide = {}): DynamoDBDocumentClient {
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX };
  const client = new DynamoDBClient({
    ...farSideSettings(farSide),
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
  client.middlewareStack.add(requestSlots(SOCKETS_MAX), REQUEST_SLOTS_PLACE);
  // Optional fields of the domain's records may be present with the value undefined.
  return DynamoDBDocumentClient.from(nameAwsRequests(client, 'dynamodb'), {
    marshallOptions: { removeUndefinedValues: true },
  });
}
