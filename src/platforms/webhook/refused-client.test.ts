import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import { aDelivery } from '../../../test/support/records.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { systemClock } from '../../base/clock.ts';
import { newSigningSecret } from '../../base/signing-secret.ts';
import type { SendOutcome } from '../../domain/deliveries/destination.ts';
import { eventJson } from '../../domain/events/event.ts';
import { WebhookDestination } from './destination.ts';
import type { WebhookPublication } from './target.ts';

// A token URL and a receiver of our own, over real HTTP.

let server: Server;
let origin: string;
let forms: URLSearchParams[];
let token: { readonly status: number; readonly body: object };
let received: number;
let destination: WebhookDestination;
const secrets = new MemorySecretBox();

beforeEach(async () => {
  forms = [];
  received = 0;
  token = { status: 401, body: { error: 'invalid_client', error_description: 'no such client' } };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url !== '/token') {
        received += 1;
        response.writeHead(204).end();
        return;
      }
      forms.push(new URLSearchParams(Buffer.concat(chunks).toString()));
      response.writeHead(token.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(token.body));
    });
  });
  origin = await listenOnLoopback(server);
  destination = new WebhookDestination({ secrets, clock: systemClock, addresses: { allowLoopback: true } });
});

afterEach(async () => {
  await destination.close();
  await stopServer(server);
});

async function send(
  before: readonly (string | undefined)[],
  changes: Partial<WebhookPublication> = {},
): Promise<SendOutcome> {
  const base = aWebhook({ url: `${origin}/hook` });
  const seal = (secret: string, text: string) =>
    secrets.encrypt(text, { appId: base.appId, resourceId: base.id, secret });
  const publication: WebhookPublication = {
    ...base,
    authentication: {
      kind: 'oauth',
      tokenUrl: `${origin}/token`,
      clientId: 'client',
      scope: 'events write',
      audience: 'https://api.example.com',
    },
    secrets: {
      signingSecret: await seal('signingSecret', newSigningSecret()),
      clientSecret: await seal('clientSecret', 'hush'),
    },
    ...changes,
  };
  const attempts = before.map((errorId, atMs) => ({ atMs, durationMs: 1, errorId }));
  const record = before.length === 0 ? undefined : aDelivery({ attempts, attemptCount: attempts.length });
  const [outcome] = await destination.send(publication, [
    { deliveryId: 'd', eventJson: eventJson(anEvent()), record },
  ]);
  if (outcome === undefined) throw new Error('expected an outcome');
  return outcome;
}

const REFUSED = 'oauth-refused';

describe('a client that its token URL refuses', () => {
  it.each([
    ['at first', [], 'retry'],
    ['once more', [REFUSED], 'retry'],
    ['the third time in a row', [REFUSED, REFUSED], 'disabled'],
    ['again after it worked', [REFUSED, REFUSED, 'http-500'], 'retry'],
    ['after other failures', ['http-500', 'timeout', 'http-500'], 'retry'],
    ['after it was resumed without being mended', [REFUSED, REFUSED, REFUSED], 'disabled'],
  ])('is tried again or disables the publication: %s', async (_when, before, kind) => {
    expect(await send(before)).toMatchObject({ kind, errorId: REFUSED });
    expect(received).toBe(0);
  });

  it('disables it at the last attempt of a short schedule: nothing is given up for it', async () => {
    expect((await send([REFUSED], { retryDelaysMs: [1_000] })).kind).toBe('disabled');
    expect((await send([], { retryDelaysMs: [] })).kind).toBe('disabled');
  });

  it('says what was found and what to do', async () => {
    const outcome = await send([REFUSED, REFUSED]);
    expect(outcome).toMatchObject({
      message: `expected an access token from ${origin}/token, found 401 (invalid_client: no such client): its owner has to look at the client, its secret and its scopes, and change them by events:publications:update, and then send what was parked by events:publications:resume`,
    });
  });

  it('is not what an outage is', async () => {
    token = { status: 503, body: {} };
    expect(await send([REFUSED, REFUSED])).toMatchObject({ kind: 'retry', errorId: 'oauth-unavailable' });
  });
});

it('a token is asked for with its scope and its audience', async () => {
  token = { status: 200, body: { access_token: 't', token_type: 'Bearer' } };
  expect((await send([])).kind).toBe('delivered');
  expect(Object.fromEntries(forms[0] ?? [])).toEqual({
    grant_type: 'client_credentials',
    scope: 'events write',
    audience: 'https://api.example.com',
  });
});
