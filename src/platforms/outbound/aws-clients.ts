import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Cache, makeCache } from '../../base/cache.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';

/** An installation uses few regions beside Lambda's own; a local run may be given any. */
const REGIONS_MAX = 20;
/** The SDK's attempts within one of ours: a lost request is repeated at once. */
const ATTEMPTS_MAX = 3;
const CONNECTION_TIMEOUT_MS = 2_000;
/** Three attempts end well within the timeout of functions/deliver. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Also limits concurrent requests: a wait for a socket would count towards the connection timeout. */
const SOCKETS_MAX = 50;

/** Settings of an SDK client. Credentials, and an endpoint other than AWS, come from the SDK's own variables. */
export function awsClientSettings(region: string) {
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX };
  return {
    // A bucket's ARN has no region: the function's or this machine's is used, and S3 corrects it.
    ...(region !== '' && { region }),
    maxAttempts: ATTEMPTS_MAX,
    // All clients use the same handler: Kinesis's default speaks HTTP/2 and lacks these timeouts.
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    }),
  };
}

/** One client per region, created with the region's first event. */
export class AwsClients<C extends NonNullable<unknown>> {
  readonly #make: (region: string) => C;
  readonly #clients: Cache<{ readonly client: C; readonly limit: ConcurrencyLimit }> = makeCache(REGIONS_MAX);

  constructor(make: (region: string) => C) {
    this.#make = make;
  }

  /** Runs the request once a socket is free for it. */
  run<T>(region: string, request: (client: C) => Promise<T>): Promise<T> {
    let known = this.#clients.get(region);
    if (known === undefined) {
      known = { client: this.#make(region), limit: new ConcurrencyLimit(SOCKETS_MAX) };
      this.#clients.set(region, known);
    }
    const { client, limit } = known;
    return limit.run(() => request(client));
  }
}
