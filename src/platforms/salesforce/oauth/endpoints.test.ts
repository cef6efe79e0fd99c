import { describe, expect, it } from 'vitest';
import { checkPubsubEndpoint, isSharedLoginHost } from './endpoints.ts';

const AWS = { insecure: false, allowLoopback: false };
const LAPTOP = { insecure: true, allowLoopback: true };

describe('a Pub/Sub API endpoint', () => {
  it.each([
    ['api.pubsub.salesforce.com:443', 'api.pubsub.salesforce.com:443'],
    ['api.deu.pubsub.salesforce.com:7443', 'api.deu.pubsub.salesforce.com:7443'],
    ['api.pubsub.salesforce.com', 'api.pubsub.salesforce.com:443'],
  ])('%s is %s', (text, value) => {
    expect(checkPubsubEndpoint(text, AWS)).toEqual({ ok: true, value });
  });

  it.each([
    'https://api.pubsub.salesforce.com',
    'example.com:443',
    '10.0.0.1:443',
    'dns:///x',
    'unix:/tmp/x',
    '127.0.0.1:7011',
    'api.pubsub.salesforce.com:22',
    'api.pubsub.salesforce.com:0443',
    'api.pubsub.salesforce.com:99999',
    'a..salesforce.com:443',
    '.salesforce.com:443',
    '',
  ])('%s is refused', (text) => {
    expect(checkPubsubEndpoint(text, AWS).ok).toBe(false);
  });

  it('is in plain text on loopback only', () => {
    expect(checkPubsubEndpoint('localhost:7011', LAPTOP)).toEqual({ ok: true, value: 'localhost:7011' });
    expect(checkPubsubEndpoint('localhost:65536', LAPTOP).ok).toBe(false);
    expect(checkPubsubEndpoint('localhost:0', LAPTOP).ok).toBe(false);
    expect(checkPubsubEndpoint('api.pubsub.salesforce.com:443', LAPTOP).ok).toBe(false);
  });
});

it('knows the login hosts that serve every org', () => {
  expect(isSharedLoginHost('https://test.salesforce.com')).toBe(true);
  expect(isSharedLoginHost('https://acme.my.salesforce.com')).toBe(false);
});
