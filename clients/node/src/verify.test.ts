import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemorySecretBox } from '../../../src/adapters/memory/secret-box.ts';
import { newSigningSecret } from '../../../src/base/signing-secret.ts';
import { type Event, eventJson } from '../../../src/domain/events/event.ts';
import { WebhookDestination } from '../../../src/platforms/webhook/destination.ts';
import { newKeyPair, publicJwk } from '../../../src/platforms/webhook/key-pair.ts';
import { sign, signingKey } from '../../../src/platforms/webhook/signature.ts';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import { InvalidInputError, InvalidWebhookError } from './errors.ts';
import { type VerificationKey, verify } from './verify.ts';

// Requests that the service really sends over HTTP, signed with two secrets, and requests forged or damaged by others.

const SECRET = newSigningSecret();
const FORMER = newSigningSecret();
const PAIR = newKeyPair();
const FORMER_PAIR = newKeyPair();
const NOW_MS = Date.UTC(2026, 10, 29, 12);

interface Delivered {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends one request per event, or one request for all of them in a batch. */
async function deliver(
  contentMode: 'structured' | 'binary' | 'batch',
  ...events: readonly Event[]
): Promise<Delivered[]> {
  return deliverSigned([SECRET, FORMER], contentMode, ...events);
}

async function deliverSigned(
  [secret, former]: readonly [string, string],
  contentMode: 'structured' | 'binary' | 'batch',
  ...events: readonly Event[]
): Promise<Delivered[]> {
  const delivered: Delivered[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      delivered.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  const url = await listenOnLoopback(server);
  const secrets = new MemorySecretBox();
  const base = aWebhook({ url });
  const seal = (text: string) =>
    secrets.encrypt(text, { appId: base.appId, resourceId: base.id, secret: 'signingSecret' });
  const publication = {
    ...base,
    contentMode,
    ...(contentMode === 'batch' && { batch: { eventsMax: 100, bytesMax: 100_000, waitMs: 0 } }),
    secrets: {
      signingSecret: await seal(secret),
      formerSigningSecrets: [{ secret: await seal(former), untilMs: NOW_MS + 1_000 }],
    },
  };
  const clock = { now: () => NOW_MS };
  const destination = new WebhookDestination({ secrets, clock, addresses: { allowLoopback: true } });
  const outgoing = events.map((event) => ({
    deliveryId: `delivery-${event.id}`,
    eventJson: eventJson(event),
    replayed: '2026-11-29T11:00:00Z',
  }));
  const outcomes = await destination.send(publication, outgoing);
  expect(outcomes.map(({ kind }) => kind)).toEqual(events.map(() => 'delivered'));
  await destination.close();
  await stopServer(server);
  return delivered;
}

const DATA = { Name: 'Ärger 😀', ChangeEventHeader: { commitNumber: 9_007_199_254_740_993n, sequence: 1 } };
const EVENTS: Readonly<Record<string, Event>> = {
  fields: anEvent({ id: 'fields', subject: '/data/Ä "100 %" 😀', data: DATA }),
  text: anEvent({ id: 'text', datacontenttype: 'text/plain', data: 'Grüße' }),
  bytes: anEvent({ id: 'bytes', datacontenttype: 'application/pdf', data: undefined, data_base64: '/wD+' }),
  latin: anEvent({
    id: 'latin',
    datacontenttype: 'text/plain; charset="ISO-8859-1"',
    data: undefined,
    data_base64: '5A==',
  }),
  nothing: anEvent({ id: 'nothing', datacontenttype: undefined, data: undefined }),
};
/** The event after a round trip through JSON, without undefined attributes. */
const asSent = (event: Event) =>
  Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
const options = { nowMs: NOW_MS };

describe('what Sluice sends', () => {
  describe.each(['structured', 'binary'] as const)('in %s mode', (mode) => {
    it.each(Object.entries(EVENTS))('is the event with %s', async (_what, event) => {
      const [request] = await deliver(mode, event);
      // Servers slice bodies out of larger buffers.
      const body = partOfLarger(request!.body);
      const verified = verify({ ...request!, body }, SECRET, options);
      expect(verified).toEqual({
        id: `delivery-${event.id}`,
        events: [asSent(event)],
        replayed: '2026-11-29T11:00:00Z',
      });
    });
  });

  it('in batched mode is every event', async () => {
    const requests = await deliver('batch', ...Object.values(EVENTS));
    expect(requests).toHaveLength(1);
    expect(verify(requests[0]!, SECRET, options).events).toEqual(Object.values(EVENTS).map(asSent));
  });

  it.each([
    ['bigint', 9_007_199_254_740_993n],
    ['string', '9007199254740993'],
    ['number', 9_007_199_254_740_992],
  ] as const)('has large integers as %s, when asked so', async (integers, commitNumber) => {
    for (const mode of ['structured', 'binary'] as const) {
      const [request] = await deliver(mode, EVENTS['fields']!);
      const { events } = verify<typeof DATA>(request!, SECRET, { ...options, integers });
      expect(events[0]?.data?.ChangeEventHeader).toEqual({ commitNumber, sequence: 1 });
    }
  });
});

describe('who is trusted', () => {
  let request: Delivered;
  let newer: string;
  let former: string;
  beforeAll(async () => {
    request = (await deliver('structured', EVENTS['fields']!))[0]!;
    [newer = '', former = ''] = String(request.headers['webhook-signature']).split(' ');
  });
  const withHeaders = (headers: IncomingHttpHeaders) => ({
    ...request,
    headers: { ...request.headers, ...headers },
  });
  const signedBy = (signature: string) => withHeaders({ 'webhook-signature': signature });

  it.each<[string, () => Parameters<typeof verify>[0], string | string[]]>([
    ['the secret before', () => request, FORMER],
    ['both secrets, in any order', () => signedBy(newer), [FORMER, SECRET]],
    ['a secret that is not yet in use beside the one that is', () => request, [newSigningSecret(), SECRET]],
    ['the new signature alone', () => signedBy(newer), SECRET],
    ['a signature of another kind beside it', () => signedBy(`v1a,AAAA ${newer}`), SECRET],
    ['a secret as a file holds it', () => request, `${SECRET}\n`],
    ['a secret without its prefix', () => request, SECRET.slice('whsec_'.length)],
    [
      'the headers of a Fetch request',
      () => ({ ...request, headers: new Headers(flat(request.headers)) }),
      SECRET,
    ],
    ['names in upper case', () => ({ ...request, headers: upperCased(request.headers) }), SECRET],
    ['headers as lists', () => ({ ...request, headers: listed(request.headers) }), SECRET],
    ['a part of a larger buffer', () => ({ ...request, body: partOfLarger(request.body) }), SECRET],
  ])('%s', (_what, made, secret) => {
    expect(verify(made(), secret, options).events).toEqual([asSent(EVENTS['fields']!)]);
  });

  it.each<[string, string, () => Parameters<typeof verify>[0], string | string[]]>([
    ['another secret', 'signature', () => request, newSigningSecret()],
    ['the former signature alone', 'signature', () => signedBy(former), SECRET],
    ['another body', 'signature', () => ({ ...request, body: Buffer.from(`${request.body} `) }), SECRET],
    ['another id', 'signature', () => withHeaders({ 'webhook-id': 'another' }), SECRET],
    [
      'a second later',
      'signature',
      () => withHeaders({ 'webhook-timestamp': String(NOW_MS / 1_000 + 1) }),
      SECRET,
    ],
    ['a signature cut short', 'signature', () => signedBy(newer.slice(0, -4)), SECRET],
    ['a signature without its version', 'signature', () => signedBy(newer.slice(3)), SECRET],
    ['the same digest by another version', 'signature', () => signedBy(newer.replace('v1,', 'v2,')), SECRET],
    ['no signature', 'missing-header', () => withHeaders({ 'webhook-signature': undefined }), SECRET],
    ['an empty signature', 'missing-header', () => signedBy(''), SECRET],
    ['no id', 'missing-header', () => withHeaders({ 'webhook-id': undefined }), SECRET],
    ['no time', 'missing-header', () => withHeaders({ 'webhook-timestamp': undefined }), SECRET],
    ['a time that is none', 'timestamp', () => withHeaders({ 'webhook-timestamp': '1e9' }), SECRET],
  ])('not %s', (_what, fault, made, secret) => {
    expect(faultOf(() => verify(made(), secret, options))).toEqual({ fault, status: 401 });
  });

  it.each([
    [300, undefined, true],
    [301, undefined, false],
    [-300, undefined, true],
    [-301, undefined, false],
    [10, 10, true],
    [11, 10, false],
  ])('a request %d s old, with a tolerance of %s: %s', (ageSeconds, toleranceSeconds, isTaken) => {
    const later = {
      nowMs: NOW_MS + ageSeconds * 1_000,
      ...(toleranceSeconds !== undefined && { toleranceSeconds }),
    };
    const call = () => verify(request, SECRET, later);
    if (isTaken) expect(call().events).toHaveLength(1);
    else expect(faultOf(call)).toEqual({ fault: 'timestamp', status: 401 });
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a text',
      () => verify({ ...request, body: String(request.body) as never }, SECRET),
      /found string.*raw body/,
    ],
    ['a parsed body', () => verify({ ...request, body: {} as never }, SECRET), /found object.*raw body/],
    ['no secret', () => verify(request, []), /at least one signing secret/],
    ['a private key', () => verify(request, PAIR.privateKey), /found a private one/],
    ['a public key that is none', () => verify(request, 'whpk_not-base64!'), /32 bytes/],
    ['a public key cut short', () => verify(request, PAIR.publicKey.slice(0, -4)), /32 bytes/],
    ['a set without keys', () => verify(request, { keys: [] }), /found none among 0/],
    ['a set of keys of other kinds', () => verify(request, { keys: [{ kty: 'RSA' }] }), /found none among 1/],
    [
      'a set with a key that is none',
      () => verify(request, { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'AAAA' }] }),
      /32 bytes/,
    ],
    ['a secret that is none', () => verify(request, 'whsec_not-base64!'), /not base64/],
    ['an empty secret', () => verify(request, ''), /fewer or more/],
    ['a secret that is not set', () => verify(request, undefined as never), /signing secret/],
    ['a tolerance', () => verify(request, SECRET, { toleranceSeconds: Number.NaN }), /toleranceSeconds/],
  ])('a mistake of the caller: %s', (_what, call, message) => {
    expect(call).toThrow(InvalidInputError);
    expect(call).toThrow(message);
  });

  it('no error shows a secret', () => {
    expect(() => verify(request, 'whsec_hidden-word')).toThrow(/^(?!.*hidden-word)/s);
    expect(() => verify(request, 'whsk_hidden-word')).toThrow(/^(?!.*hidden-word)/s);
  });
});

function asJwk({ publicKey }: { readonly publicKey: string }) {
  return publicJwk(publicKey);
}

describe('what is signed by ed25519', () => {
  let request: Delivered;
  beforeAll(async () => {
    const secrets = [PAIR.privateKey, FORMER_PAIR.privateKey] as const;
    request = (await deliverSigned(secrets, 'structured', EVENTS['fields']!))[0]!;
  });
  const rsa = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };

  it.each<[string, VerificationKey | VerificationKey[]]>([
    ['the public key', PAIR.publicKey],
    ['the public key before', FORMER_PAIR.publicKey],
    ['a public key as a file holds it', `${PAIR.publicKey}\n`],
    ['a set of public keys', { keys: [publicJwk(PAIR.publicKey)] }],
    [
      'a set with keys of other kinds',
      { keys: [rsa, { kty: 'EC', crv: 'P-256' }, publicJwk(PAIR.publicKey)] },
    ],
    ['a set that is newer than one key of it', { keys: [newKeyPair(), FORMER_PAIR].map(asJwk) }],
    ['a secret from before the key pair beside it', [SECRET, PAIR.publicKey]],
  ])('is trusted by %s', (_what, keys) => {
    expect(verify(request, keys, options).events).toEqual([asSent(EVENTS['fields']!)]);
  });

  it.each<[string, () => Delivered, VerificationKey]>([
    ['another key', () => request, newKeyPair().publicKey],
    ['a set of other keys', () => request, { keys: [asJwk(newKeyPair())] }],
    ['another body', () => ({ ...request, body: Buffer.from(`${request.body} `) }), PAIR.publicKey],
    ['another id', () => withHeader('webhook-id', 'another'), PAIR.publicKey],
    ['another time', () => withHeader('webhook-timestamp', String(NOW_MS / 1_000 + 1)), PAIR.publicKey],
    ['a signature cut short', () => signedBy(newer().slice(0, -4)), PAIR.publicKey],
    ['the same signature by another version', () => signedBy(newer().replace('v1a,', 'v1,')), PAIR.publicKey],
    // Anyone who knows the public key can compute this HMAC.
    ['an HMAC with the public key', () => signedBy(hmacBy(PAIR.publicKey)), PAIR.publicKey],
  ])('is not trusted with %s', (_what, made, key) => {
    expect(faultOf(() => verify(made(), key, options))).toEqual({ fault: 'signature', status: 401 });
  });

  function withHeader(name: string, value: string): Delivered {
    return { ...request, headers: { ...request.headers, [name]: value } };
  }
  const signedBy = (signature: string) => withHeader('webhook-signature', signature);
  const newer = () => String(request.headers['webhook-signature']).split(' ')[0] ?? '';
  const hmacBy = (publicKey: string) =>
    sign(
      signingKey(`whsec_${publicKey.slice('whpk_'.length)}`),
      String(request.headers['webhook-id']),
      NOW_MS / 1_000,
      request.body,
    );
});

describe('what is signed and is no event', () => {
  it.each<[string, string, string]>([
    ['other JSON', 'application/cloudevents+json', '{"id":1}'],
    ['no JSON', 'application/cloudevents+json', '{'],
    ['one event as a batch', 'application/cloudevents-batch+json', '{}'],
    ['a batch of something else', 'application/cloudevents-batch+json', '[1]'],
    ['another content type', 'application/json', '{}'],
  ])('%s', (_what, contentType, body) => {
    const call = () => verify(signed({ 'content-type': contentType }, Buffer.from(body)), SECRET, options);
    expect(faultOf(call)).toEqual({ fault: 'body', status: 400 });
  });

  it('bytes that are no UTF-8, neither in JSON nor in a header', () => {
    const type = { 'content-type': 'application/cloudevents+json' };
    expect(faultOf(() => verify(signed(type, Buffer.from([0xff])), SECRET, options))).toMatchObject({
      fault: 'body',
    });
    const attributes = { 'ce-specversion': '1.0', 'ce-id': '%FF', 'ce-source': '/', 'ce-type': 't' };
    expect(faultOf(() => verify(signed(attributes, Buffer.of()), SECRET, options))).toMatchObject({
      fault: 'body',
    });
  });

  it('quoted header values, and a % that encodes nothing, are read as the binding says', () => {
    const attributes = {
      'ce-specversion': '1.0',
      'ce-id': '"a \\" b"',
      'ce-source': '/100%',
      'ce-type': 't%C3%A4',
    };
    const { events } = verify(signed(attributes, Buffer.of()), SECRET, options);
    expect(events).toEqual([{ specversion: '1.0', id: 'a " b', source: '/100%', type: 'tä' }]);
  });
});

function faultOf(call: () => unknown): { readonly fault: string; readonly status: number } {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidWebhookError) return { fault: error.fault, status: error.status };
    throw error;
  }
  throw new Error('expected an InvalidWebhookError, found none');
}

/** Signs any request correctly, with the service's own code. */
function signed(headers: Readonly<Record<string, string>>, body: Buffer) {
  const seconds = NOW_MS / 1_000;
  const signature = sign(signingKey(SECRET), 'id', seconds, body);
  return {
    headers: {
      ...headers,
      'webhook-id': 'id',
      'webhook-timestamp': String(seconds),
      'webhook-signature': signature,
    },
    body,
  };
}

const flat = (headers: IncomingHttpHeaders) =>
  Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
const upperCased = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(flat(headers).map(([name, value]) => [name.toUpperCase(), value]));
const listed = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(flat(headers).map(([name, value]) => [name, [value]]));

function partOfLarger(body: Buffer): Uint8Array {
  const larger = new Uint8Array(body.length + 2);
  larger.set(body, 1);
  return larger.subarray(1, -1);
}
