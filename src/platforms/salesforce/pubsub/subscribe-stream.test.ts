import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PubSubClient } from './client.ts';
import type { FetchResponse } from './messages.ts';
import { SubscribeStream } from './subscribe-stream.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const KEEPALIVE: FetchResponse = {
  events: [],
  latestReplayId: Buffer.from([1]),
  pendingNumRequested: 100,
};

/** One call, with the test as its far side. */
function subscribed() {
  const call = Object.assign(new EventEmitter(), { write: () => true, cancel: () => undefined });
  // The stream uses nothing else of a call.
  const client = { subscribe: () => call } as unknown as PubSubClient;
  const session = {
    accessToken: 't',
    instanceUrl: 'https://acme.my.salesforce.com',
    orgId: '00D',
    userId: '005',
  };
  return { call, stream: new SubscribeStream(client, session, '/event/X__e', { preset: 'LATEST' }) };
}

it('takes 270 s without a frame for what Salesforce promises, and 300 s for a dead stream', async () => {
  const { call, stream } = subscribed();
  for (let keepalive = 1; keepalive <= 3; keepalive += 1) {
    vi.advanceTimersByTime(270_000);
    call.emit('data', KEEPALIVE);
    expect((await stream.next()).kind).toBe('frame');
  }
  const next = stream.next();
  vi.advanceTimersByTime(299_999);
  expect(await Promise.race([next, Promise.resolve('still waiting')])).toBe('still waiting');
  vi.advanceTimersByTime(1);
  expect(await next).toMatchObject({ kind: 'ended', failure: { kind: 'retry', id: 'stream-silent' } });
});
