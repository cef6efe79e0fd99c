import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs, type Published, type PublishOrder, payload } from './messages.ts';

// A separate process, so that the cost of publishing is not counted for the system that is measured.

process.on('message', (order: PublishOrder) => {
  void publish(order).then((published) => process.send?.(published));
});

async function publish(order: PublishOrder): Promise<Published> {
  const agent = new Agent({ keepAlive: true, maxSockets: order.atOnce });
  const accepted: { id: string; sentAtMs: number }[] = [];
  const refusals: Record<string, number> = {};
  const startedAtMs = monotonicMs();
  let next = 0;
  const worker = async () => {
    while (next < order.events) {
      const seq = next;
      next += 1;
      if (order.perSecond !== undefined) {
        await sleep(Math.max(0, startedAtMs + (seq / order.perSecond) * 1_000 - monotonicMs()));
      }
      const id = `${order.run}-${seq}`;
      const sentAtMs = monotonicMs();
      const answer = await post(agent, order, payload(id));
      if (answer >= '200' && answer < '300') accepted.push({ id, sentAtMs });
      else refusals[answer] = (refusals[answer] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, worker));
  agent.destroy();
  return { startedAtMs, accepted, refusals };
}

/** The answer's status, or the connection's error. */
function post(agent: Agent, { target }: PublishOrder, body: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = {
      ...target.headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const outgoing = request(target.url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(String(answer.statusCode)));
    });
    outgoing.on('error', (error) => resolve(String(error)));
    outgoing.end(body);
  });
}
