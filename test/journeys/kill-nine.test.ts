import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalRun, publisher, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';

// The process is really killed, in the middle of publishes and deliveries, more than once.

const PUBLISHES = 1_000;
const AT_ONCE = 20;
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

describe('kill -9 in the middle of a thousand publishes', () => {
  it('loses none that got a 202', async () => {
    const created = await run.api('POST', '/v1/apps', { name: 'survivor' });
    const path = `/v1/tenants/${String(created.json['id'])}`;
    await run.api('POST', `${path}/platforms/webhook/publications`, { name: 'ledger', url: receiver.url });
    const port = new URL(run.origin).port;
    const publish = publisher(String(created.json['publish_url']));
    const accepted = new Set<string>();
    let next = 0;

    const worker = async () => {
      while (next < PUBLISHES) {
        const id = `event-${next}`;
        next += 1;
        while (!accepted.has(id)) {
          try {
            const response = await publish('ledger', { n: id }, { 'idempotency-key': id });
            if (response.status === 202) accepted.add(id);
          } catch {
            // Not accepted: nothing was promised, and an app tries again. The killed process comes back in a moment.
            await sleep(50);
          }
        }
      }
    };
    const publishing = Promise.all(Array.from({ length: AT_ONCE }, worker));
    for (const after of [250, 600]) {
      while (accepted.size < after) await sleep(5);
      await run.end('SIGKILL');
      run = await LocalRun.start(state.dir, '--no-demo', '--port', port);
    }
    await publishing;

    expect(accepted.size).toBe(PUBLISHES);
    const receivedIds = () => new Set(receiver.received.map(({ event }) => String(event['id'])));
    await receiver.until(() => {
      const ids = receivedIds();
      return [...accepted].every((id) => ids.has(id));
    }, 60_000);
    expect([...accepted].filter((id) => !receivedIds().has(id))).toEqual([]);
  });
});
