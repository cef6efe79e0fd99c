import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionProxy } from '../../../../test/support/connection-proxy.ts';
import { startHttp2Server } from '../../../../test/support/http2-server.ts';
import { connectPubSub } from './client.ts';

const SESSION = {
  accessToken: 'token',
  instanceUrl: 'https://acme.my.salesforce.com',
  orgId: '00D',
  userId: '005',
};

describe('a connection with an open stream, over which nothing comes', () => {
  // The connection is real; the timers of grpc-js are not.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function openStream() {
    let opened: () => void;
    const isOpen = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const server = await startHttp2Server(() => opened());
    const proxy = await ConnectionProxy.start(server.address);
    const client = connectPubSub({ address: proxy.address, insecure: true });
    const connected = server.nextSession();
    const call = client.subscribe(SESSION);
    const errors: unknown[] = [];
    call.on('error', (error) => errors.push(error));
    call.write({ topicName: '/event/X__e', replayPreset: 'LATEST', numRequested: 1 });
    const session = await connected;
    await isOpen;
    return {
      proxy,
      session,
      call,
      errors,
      async [Symbol.asyncDispose]() {
        call.cancel();
        client.close();
        await proxy.stop();
        await server[Symbol.asyncDispose]();
      },
    };
  }

  it('is pinged after 30 s', async () => {
    await using stream = await openStream();
    let pings = 0;
    stream.session.on('ping', () => {
      pings += 1;
    });
    vi.advanceTimersByTime(29_000);
    await turn();
    expect(pings).toBe(0);
    const pinged = once(stream.session, 'ping');
    vi.advanceTimersByTime(1_000);
    await pinged;
    expect(pings).toBe(1);
    expect(stream.errors).toEqual([]);
  });

  it('is given up when the ping has no answer after 15 s', async () => {
    await using stream = await openStream();
    stream.proxy.forgetConnections();
    vi.advanceTimersByTime(30_000 + 14_000);
    await turn();
    expect(stream.errors).toEqual([]);
    const failed = new Promise((resolve) => stream.call.once('error', resolve));
    vi.advanceTimersByTime(1_000);
    expect(await failed).toMatchObject({ code: status.UNAVAILABLE, details: 'Connection dropped' });
  });
});
