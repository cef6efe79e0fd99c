import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SalesforceSimulator, startSalesforceSimulator } from '../../simulators/salesforce/index.ts';
import { LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';

// An authorization's credentials change while a feed reads with it: a local run and the CLI as processes, two simulated
// orgs, a receiver. Assert that each event arrives once in spite of the change, and what the CLI says.

const EVENT = 'Context__e';
const state = temporaryState();
let org: SalesforceSimulator;
let another: SalesforceSimulator;
let receiver: Receiver;
let run: LocalRun;

beforeAll(async () => {
  [org, another, receiver] = await Promise.all([
    startSalesforceSimulator(),
    startSalesforceSimulator(),
    startReceiver(),
  ]);
  run = await LocalRun.start(state.dir, '--no-demo');
  await run.app('shop');
});
afterAll(async () => {
  await run.end('SIGINT');
  await Promise.all([receiver.close(), org.close(), another.close()]);
  state.remove();
});

/** Writes a file beside the state, like one that a person has. */
function secretFile(name: string, text: string): string {
  const path = join(dirname(state.dir), name);
  writeFileSync(path, text);
  return path;
}

async function sluice(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run.sluice(...args, '-a', 'shop');
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}

const at = ({ httpUrl, grpcAddress }: SalesforceSimulator) =>
  ['--login-url', httpUrl, '--pubsub-endpoint', grpcAddress, '--insecure'] as const;

function newKey(clientId: string): string {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  org.configureApp({ publicKey }, clientId);
  // As a Windows editor saves it.
  return `\uFEFF${privateKey.replaceAll('\n', '\r\n')}`;
}

const published: string[] = [];
function publish(count: number): void {
  for (let each = 0; each < count; each += 1) {
    published.push(org.publishPlatformEvent(EVENT, { Context__c: String(published.length) }).id);
  }
}

it('a key, then the flow is changed under a feed that reads on, and another org is refused', async () => {
  const { clientId, clientSecret, username } = org.credentials;
  const key = secretFile('server.key', newKey(clientId));
  const jwt = ['--client-id', clientId, '--key-file', key, '--username', username];
  await sluice('events:authorizations:salesforce:create', 'org', ...jwt, ...at(org));
  await sluice(
    'events:subscriptions:salesforce:create',
    'sub',
    '-t',
    `/event/${EVENT}`,
    '-A',
    'org',
    '--replay',
    'earliest',
  );
  await sluice('events:publications:webhook:create', 'hook', '-u', receiver.url, '-s', 'sub', '--json');
  publish(3);
  await receiver.until((received) => received.length >= 3);

  const update = ['events:authorizations:salesforce:update', 'org'];
  await sluice(...update, '--key-file', secretFile('new.key', newKey(clientId)));
  publish(3);
  const secret = secretFile('secret', clientSecret);
  await sluice(...update, '--flow', 'client-credentials', '--client-secret-file', secret);
  publish(3);

  const { credentials } = another;
  const others = [
    '--client-id',
    credentials.clientId,
    '--client-secret-file',
    secretFile('other', credentials.clientSecret),
  ];
  const refused = await run.sluice(...update, ...others, ...at(another), '-a', 'shop');
  expect(refused.code).toBe(1);
  const said = refused.stderr.replaceAll(/\s+(›\s+)?/g, ' ');
  expect(said).toContain(`expected credentials of the org ${new URL(org.httpUrl).host} (${org.orgId})`);
  publish(3);

  // The old session ends, and only the new credentials can renew it.
  org.revokeAllTokens({ endStreams: true });
  publish(3);
  await receiver.until(
    (received) => new Set(received.map(({ event }) => event['id'])).size >= published.length,
  );
  const ids = receiver.received.map(({ event }) => String(event['id']));
  expect(ids.toSorted((a, b) => a.localeCompare(b))).toEqual(
    published.toSorted((a, b) => a.localeCompare(b)),
  );
  const info = JSON.parse(await sluice('events:authorizations:info', 'org', '--json'));
  expect(info).toMatchObject({ flow: 'client-credentials', status: 'active', org_id: org.orgId });
  const status = JSON.parse(await sluice('events:status', '--json'));
  expect(status.feeds).toMatchObject([{ state: 'active', gaps: [] }]);
});
