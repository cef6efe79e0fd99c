import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { InboundVerification } from '../../domain/subscriptions/inbound.ts';
import { isProven, TIMESTAMP_TOLERANCE_SECONDS } from './verify-inbound.ts';

const BODY = Buffer.from('{"test": 2432232314}');
const proven = (
  verify: InboundVerification,
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[],
  { body = BODY, nowMs = 0 }: { readonly body?: Buffer; readonly nowMs?: number } = {},
) => isProven(verify, { headers, body, nowMs }, secrets);

// The worked example of the Standard Webhooks specification and its libraries.
describe('standard-webhooks', () => {
  const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const nowMs = 1_614_265_330_000;
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const tried = (more: Readonly<Record<string, string>>, secrets = [SECRET], atMs = nowMs) =>
    proven('standard-webhooks', { ...headers, ...more }, secrets, { nowMs: atMs });

  it('takes the known vector, in a list of signatures and by the former of two secrets', () => {
    expect(tried({})).toBe(true);
    const list = `v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x ${headers['webhook-signature']}`;
    expect(tried({ 'webhook-signature': list })).toBe(true);
    expect(tried({}, ['whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', SECRET])).toBe(true);
  });

  it.each([-1, 1])('takes a timestamp within the tolerance and not beyond it (%i)', (direction) => {
    const atMs = (seconds: number) => nowMs + direction * seconds * 1_000;
    expect(tried({}, [SECRET], atMs(TIMESTAMP_TOLERANCE_SECONDS))).toBe(true);
    expect(tried({}, [SECRET], atMs(TIMESTAMP_TOLERANCE_SECONDS + 1))).toBe(false);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['another id', { 'webhook-id': 'msg_other' }],
    ['no id', { 'webhook-id': '' }],
    ['another timestamp', { 'webhook-timestamp': '1614265331' }],
    ['a timestamp that is no number', { 'webhook-timestamp': '1614265330x' }],
    ['no signature', { 'webhook-signature': '' }],
    ['another version', { 'webhook-signature': headers['webhook-signature'].replace('v1', 'v1a') }],
    ['the bare base64', { 'webhook-signature': headers['webhook-signature'].slice(3) }],
    ['a part of it', { 'webhook-signature': headers['webhook-signature'].slice(0, -2) }],
    ['more than ten', { 'webhook-signature': `${'v1,x '.repeat(10)}${headers['webhook-signature']}` }],
  ])('refuses %s', (_what, more) => {
    expect(tried(more)).toBe(false);
  });
});

describe('github', () => {
  // GitHub's documentation: "Testing the webhook payload validation".
  const SECRET = "It's a Secret to Everybody";
  const body = Buffer.from('Hello, World!');
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

  it('takes the known vector', () => {
    expect(proven('github', { 'x-hub-signature-256': signature }, [SECRET], { body })).toBe(true);
  });

  it.each([
    '',
    'sha256=',
    signature.toUpperCase(),
    signature.slice(7),
    `${signature}0`,
    signature.replace('7', '8'),
  ])('refuses %j', (given) => {
    expect(proven('github', { 'x-hub-signature-256': given }, [SECRET], { body })).toBe(false);
  });

  it('refuses the older sha1', () => {
    const sha1 = `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`;
    expect(proven('github', { 'x-hub-signature': sha1 }, [SECRET], { body })).toBe(false);
  });
});

describe('data-cloud', () => {
  const SECRET = 'c2VjcmV0LWtleQ==';
  const body = Buffer.from('{"count":1,"events":[]}');
  const signature = '7nk6A/VV8yxwJ3jgyRSj5JtupV0+htqFeem+UCMmPVY=';

  it('takes the known vector: the key is the text as it was copied', () => {
    expect(proven('data-cloud', { 'x-signature': signature }, [SECRET], { body })).toBe(true);
  });

  it('refuses one with the decoded key, with another body, or none', () => {
    const decoded = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(body).digest('base64');
    expect(proven('data-cloud', { 'x-signature': decoded }, [SECRET], { body })).toBe(false);
    expect(proven('data-cloud', { 'x-signature': signature }, [SECRET])).toBe(false);
    expect(proven('data-cloud', {}, [SECRET], { body })).toBe(false);
  });
});

describe('token', () => {
  it.each([
    ['Bearer a-long-secret', true],
    ['bearer  a-long-secret ', true],
    ['Bearer a-long-secre', false],
    ['Bearer a-long-secret2', false],
    ['Basic a-long-secret', false],
    ['a-long-secret', false],
    ['Bearer ', false],
  ])('of %j: %s', (authorization, expected) => {
    expect(proven('token', { authorization }, ['a-long-secret'])).toBe(expected);
  });
});

it.each(['standard-webhooks', 'github', 'data-cloud', 'token'] as const)(
  '%s without a secret proves nothing',
  (verify) => {
    expect(proven(verify, { authorization: 'Bearer ', 'x-signature': '' }, [])).toBe(false);
  },
);

it('none asks for nothing', () => {
  expect(proven('none', {}, [])).toBe(true);
});
