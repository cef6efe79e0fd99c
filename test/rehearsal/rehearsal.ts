import { readdirSync, readFileSync } from 'node:fs';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { publisher, type Receiver } from '../support/local-run.ts';
import type { Emulator } from './emulator.ts';
import type { Installation, Json } from './installation.ts';
import type { Org } from './processes.ts';
import { until } from './until.ts';

/** An app on an installation, and what it can do. */
export interface RehearsedApp {
  readonly name: string;
  readonly path: string;
  call(method: string, path: string, body?: object): Promise<Json>;
  /** Posts to the publish URL. Throws for any answer but 202. */
  publish(publication: string, body: unknown): Promise<void>;
  /** GET of the subscribe URL, or POST of receipts; returns the answer's JSON. Throws for any status but 200. */
  pull(target: string, receipts?: readonly string[]): Promise<Json>;
  /** Posts to an inbound URL; returns the status. */
  send(inboundUrl: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<number>;
}

/** What the checks work with. They run one after the other and build on the results of the previous ones. */
export interface Stage {
  readonly emulator: Emulator;
  readonly org: Org;
  readonly receiver: Receiver;
  /** The first installation, and its app. */
  installation: Installation;
  app: RehearsedApp;
}

export async function makeApp(installation: Installation, name: string): Promise<RehearsedApp> {
  const made = await installation.call('POST', '/v1/apps', { name });
  const path = `/v1/tenants/${made.id}`;
  const send = publisher(reachable(installation, made.publish_url));
  return {
    name,
    path,
    async pull(target, receipts) {
      const url = new URL(reachable(installation, made.subscribe_url));
      const authorization = `Basic ${btoa(`${url.username}:${url.password}`)}`;
      const response = await fetch(`${withoutLogin(url)}/${target}`, {
        headers: { authorization },
        ...(receipts !== undefined && { method: 'POST', body: JSON.stringify({ receipts }) }),
      });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`pulling ${target}: ${response.status} ${text}`);
      return JSON.parse(text);
    },
    async send(inboundUrl, body, headers) {
      const { pathname } = new URL(inboundUrl);
      const response = await fetch(`${installation.apiUrl}${pathname.slice(pathname.indexOf('/in/'))}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return response.status;
    },
    call: (method, rest, body) => installation.call(method, `${path}${rest}`, body),
    async publish(publication, body) {
      const response = await send(publication, body);
      if (response.status !== 202) {
        throw new Error(`publishing to ${publication}: ${response.status} ${await response.text()}`);
      }
    },
  };
}

/** The publish URL in path form on the same API, with its user and password. */
function reachable({ apiUrl }: Installation, publishUrl: string): string {
  const { username, password } = new URL(publishUrl);
  return apiUrl.replace('https://', `https://${username}:${password}@`);
}

function withoutLogin({ origin, pathname }: URL): string {
  return `${origin}${pathname.replace(/\/$/, '')}`;
}

export function authorizationOf({ details }: Org): object {
  const { httpUrl, grpcAddress, credentials } = details;
  return {
    alias: 'org',
    flow: 'client-credentials',
    login_url: httpUrl,
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    pubsub_endpoint: grpcAddress,
    insecure: true,
  };
}

/** Waits for a webhook whose body contains the text; returns the event. */
export async function arrival({ receiver }: Stage, text: string, count = 1): Promise<Json> {
  const found = () => receiver.received.filter(({ body }) => body.includes(text));
  await until(`${count} webhook(s) with ${text}`, () => found().length >= count);
  return found().at(-1)?.event;
}

/** Waits until a worker reads the feeds of an app's subscriptions and their cursors are durable. */
export async function feedsAreActive(app: RehearsedApp, count: number): Promise<void> {
  await until(`${count} feeds to be active`, async () => {
    const { feeds } = await app.call('GET', '/status');
    return feeds.filter(({ state }: { state: string }) => state === 'active').length >= count;
  });
}

/** The poller's current invocations: a wake-up message is in flight for as long as its worker works. */
export async function runningWorkers({ emulator, outputs }: Installation): Promise<number> {
  const sqs = new SQSClient({ ...emulator.client, md5: false });
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: `${emulator.endpoint}${new URL(outputs['PollQueueUrl'] ?? '').pathname}`,
      AttributeNames: ['ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessagesNotVisible']);
}

/** Process ids of a function's environments. */
export function processesOf(lambdaFunctionName: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'utf8')
          .split('\0')
          .includes(`AWS_LAMBDA_FUNCTION_NAME=${lambdaFunctionName}`);
      } catch {
        // It has ended meanwhile, or we may not inspect it.
        return false;
      }
    })
    .map(Number);
}
