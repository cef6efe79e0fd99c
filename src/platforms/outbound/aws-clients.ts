import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Cache, makeCache } from '../../base/cache.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';

/** All but Lambda's own region are few; a local run may be told of any. */
const REGIONS_MAX = 20;
/** Of the SDK, within one attempt of ours: a request that got lost is repeated at once. */
const ATTEMPTS_MAX = 3;
const CONNECTION_TIMEOUT_MS = 2_000;
/** Three of them end well within the time of functions/deliver. */
const REQUEST_TIMEOUT_MS = 10_000;
/** And requests at a time: the wait for a socket would count as part of the time for the connection. */
const SOCKETS_MAX = 50;

/** Settings of a client of the SDK. Credentials, and an endpoint that is not AWS, come from the SDK's own variables. */
export function awsClientSettings(region: string) {
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX };
  return {
    // A bucket's ARN has none: the region of the function, or of this machine, which S3 corrects.
    ...(region !== '' && { region }),
    maxAttempts: ATTEMPTS_MAX,
    // The same for all of them: by default, that of Kinesis speaks HTTP/2, and has no such timeouts.
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    }),
  };
}

/** One client for each region, made with its first event. */
export class AwsClients<C extends NonNullable<unknown>> {
  readonly #make: (region: string) => C;
  readonly #clients: Cache<{ readonly client: C; readonly limit: ConcurrencyLimit }> = makeCache(REGIONS_MAX);

  constructor(make: (region: string) => C) {
    this.#make = make;
  }

  /** Once there is a socket for it. */
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
