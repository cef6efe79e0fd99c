import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';

// A trace from the publisher's request to the receiver's, through a real local run: by a direct publish, and by an inbound URL, a
// stream with a filter, and a retry.

const TRACE = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
};

const state = temporaryState();
let run: LocalRun;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  run = await LocalRun.start(state.dir, '--no-demo');
});

afterAll(async () => {
  await run.end('SIGKILL');
  await receiver.close();
  state.remove();
});

it('an event keeps the trace of its publisher, through a filter and a retry', async () => {
  const { path, publish } = await run.app('traced');
  await run.api('POST', `${path}/platforms/webhook/publications`, {
    name: 'hook',
    url: receiver.url,
    retry: ['1s'],
  });
  expect((await publish('hook', { n: 1 }, TRACE)).status).toBe(202);
  await receiver.until((received) => received.length === 1);

  const { json } = await run.api('POST', `${path}/platforms/webhook/subscriptions`, {
    name: 'inbound',
    verify: 'none',
    target: 'hook',
    filter: 'root.doubled = this.n * 2',
  });
  receiver.script.push(503);
  const posted = await fetch(String(json['inbound_url']), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...TRACE },
    body: '{"n":2}',
  });
  expect(posted.status).toBe(202);
  await receiver.until((received) => received.length === 3);

  for (const { headers, event } of receiver.received) {
    expect(headers).toMatchObject(TRACE);
    expect(event).toMatchObject(TRACE);
  }
  expect(receiver.received.map(({ event }) => event['data'])).toEqual([
    { n: 1 },
    { doubled: 4 },
    { doubled: 4 },
  ]);

  // Without a trace there is no header.
  await publish('hook', { n: 3 });
  await receiver.until((received) => received.length === 4);
  expect(receiver.received[3]?.headers).not.toHaveProperty('traceparent');
});
