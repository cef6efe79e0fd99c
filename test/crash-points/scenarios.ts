import type { World } from './world.ts';

/**
 * What a receiver knows of a request: how often the event came to this address before, and whether the test has repaired it.
 */
export interface Arrival {
  readonly publication: string;
  readonly id: string;
  /** From 1. */
  readonly attempt: number;
  /** Of the publication, this one included. */
  readonly total: number;
  readonly isMended: boolean;
}

/** One route of an event through the installation, run by a process that may die on it. */
export interface Scenario {
  readonly name: string;
  /** Runs once, in a process that is not killed. */
  readonly setUp: (world: World) => Promise<void>;
  readonly play: (world: World) => Promise<void>;
  /** The receiver's status; 204 by default. */
  readonly answer?: (arrival: Arrival) => number;
  /** Publications whose events are ordered by `data.key`. */
  readonly ordered?: readonly string[];
  /** How else its events may end, besides being delivered. */
  readonly mayEnd?: 'exhausted' | 'rejected';
  /** Nobody repairs the receiver after the restart. */
  readonly staysDown?: boolean;
  /** Publications that are pulled after the restart. */
  readonly pulled?: readonly string[];
  /** A subscription that makes events. */
  readonly generator?: string;
  /** The number of unreadable messages, each of which becomes a dead letter in the end. */
  readonly deadLetters?: number;
}

const RETRY = ['1s', '2s', '2s'];
/** Even with the least jitter longer than the quarter of an hour that a queue can delay: the schedule must find it. */
const MUCH_LATER = ['31m'];
const NUMBERS = [1, 2, 3] as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'delivered at once',
    setUp: (world) => world.makeWebhook('hook'),
    async play(world) {
      await world.publish('hook', 'e1', { n: 1 });
      await world.publish('hook', 'e2', { n: 2 });
      await world.settle();
    },
  },
  {
    name: 'fails, is retried',
    setUp: (world) => world.makeWebhook('hook', { retry: RETRY }),
    answer: ({ attempt }) => (attempt === 1 ? 503 : 204),
    async play(world) {
      await world.publish('hook', 'e1', { n: 1 });
      await world.publish('hook', 'e2', { n: 2 });
      await world.settle();
      await world.pass(3, 60);
    },
  },
  {
    name: 'fails, is retried much later',
    setUp: (world) => world.makeWebhook('hook', { retry: MUCH_LATER }),
    answer: ({ attempt }) => (attempt === 1 ? 503 : 204),
    async play(world) {
      await world.publish('hook', 'e1', { n: 1 });
      await world.settle();
      await world.pass(900, 1_000, 60);
    },
  },
  {
    name: 'fails, is given up',
    setUp: (world) => world.makeWebhook('hook', { retry: ['1s'] }),
    answer: () => 503,
    staysDown: true,
    mayEnd: 'exhausted',
    async play(world) {
      await world.publish('hook', 'e1', { n: 1 });
      await world.settle();
      await world.pass(3);
    },
  },
  {
    name: 'its receiver wants no more (410)',
    setUp: (world) => world.makeWebhook('hook', { retry: RETRY }),
    answer: ({ isMended }) => (isMended ? 204 : 410),
    async play(world) {
      await world.publish('hook', 'e1', { n: 1 });
      await world.settle();
      await world.publish('hook', 'e2', { n: 2 });
      await world.settle();
    },
  },
  {
    name: 'parked by a pause, drained',
    setUp: (world) => world.makeWebhook('hook'),
    async play(world) {
      await world.changePublication('hook', { paused: true });
      for (const n of NUMBERS) await world.publish('hook', `e${n}`, { n });
      await world.settle();
      await world.changePublication('hook', { paused: false, drain_rate: 2 });
      await world.settle();
      await world.pass(2, 60, 60);
    },
  },
  {
    name: 'parked by a breaker, probed, drained',
    async setUp(world) {
      await world.makeWebhook('hook', { retry: ['1s', '1s', '1s', '1s', '1s', '1s'] });
      await world.makeWebhook('told');
      await world.makeSource('sluice', { name: 'operations' });
      await world.makeStream({ source: 'operations', target: 'told' });
    },
    answer: ({ publication, total, isMended }) =>
      publication === 'hook' && !isMended && total <= 12 ? 503 : 204,
    async play(world) {
      for (let n = 1; n <= 6; n += 1) await world.publish('hook', `e${n}`, { n });
      await world.settle();
      await world.pass(11);
      await world.publish('hook', 'e7', { n: 7 });
      await world.settle();
      await world.pass(31, 61, 61, 61);
    },
  },
  {
    name: 'over the rate limit',
    setUp: (world) => world.makeWebhook('hook', { rate_limit: '1/s' }),
    async play(world) {
      for (const n of NUMBERS) await world.publish('hook', `e${n}`, { n });
      await world.settle();
      await world.pass(3, 60);
    },
  },
  {
    name: 'in order, with a key that fails',
    async setUp(world) {
      await world.makeWebhook('hook', { retry: RETRY });
      await world.makeInbound('in', { keep_last: 5 });
      await world.makeStream({ source: 'in', target: 'hook', ordered: true, key: 'root = this.key' });
    },
    answer: ({ id, attempt, isMended }) => (id === 'a1' && attempt <= 2 && !isMended ? 503 : 204),
    ordered: ['hook'],
    async play(world) {
      await postInOrder(world);
      await world.settle();
      await world.pass(3, 3, 60);
      await world.post(['hook'], 'a6', { n: 6, key: 'a' });
      await world.settle();
    },
  },
  {
    name: 'in order, with a key that fails for long',
    async setUp(world) {
      await world.makeWebhook('hook', { retry: MUCH_LATER });
      await world.makeInbound('in');
      await world.makeStream({ source: 'in', target: 'hook', ordered: true, key: 'root = this.key' });
    },
    answer: ({ id, attempt }) => (id === 'a1' && attempt === 1 ? 503 : 204),
    ordered: ['hook'],
    async play(world) {
      await postInOrder(world);
      await world.settle();
      await world.pass(900, 1_000, 60);
    },
  },
  {
    name: 'in order, parked, drained',
    async setUp(world) {
      await world.makeWebhook('hook', { retry: RETRY });
      await world.makeInbound('in');
      await world.makeStream({ source: 'in', target: 'hook', ordered: true, key: 'root = this.key' });
    },
    ordered: ['hook'],
    async play(world) {
      await world.changePublication('hook', { paused: true });
      await postInOrder(world);
      await world.settle();
      await world.changePublication('hook', { paused: false, drain_rate: 10 });
      await world.settle();
      await world.pass(2, 60, 600);
    },
  },
  {
    name: 'given up, retried by a redrive',
    setUp: (world) => world.makeWebhook('hook', { retry: ['1s'] }),
    answer: ({ attempt, isMended }) => (attempt <= 2 && !isMended ? 503 : 204),
    mayEnd: 'exhausted',
    async play(world) {
      for (const n of NUMBERS) await world.publish('hook', `e${n}`, { n });
      await world.settle();
      await world.pass(3);
      await world.redrive('hook');
      await world.settle();
      await world.pass(60, 60);
    },
  },
  {
    name: 'given up, retried by a redrive that the schedule does',
    setUp: (world) => world.makeWebhook('hook', { retry: ['1s'] }),
    answer: ({ attempt, isMended }) => (attempt <= 2 && !isMended ? 503 : 204),
    mayEnd: 'exhausted',
    async play(world) {
      for (const n of NUMBERS) await world.publish('hook', `e${n}`, { n });
      await world.settle();
      await world.pass(3);
      await world.redriveLater('hook');
      await world.pass(60, 60);
    },
  },
  {
    name: 'pulled, acknowledged',
    setUp: (world) => world.makePull('box'),
    pulled: ['box'],
    async play(world) {
      for (const n of NUMBERS) await world.publish('box', `e${n}`, { n });
      await world.settle();
      await world.pull('box');
      await world.pass(60);
    },
  },
  {
    name: 'made by a generator',
    async setUp(world) {
      await world.makeWebhook('hook');
      await world.makeSource('generate', { name: 'ticks', interval: '20s', mapping: 'root.made = true' });
      await world.makeStream({ source: 'ticks', target: 'hook' });
    },
    generator: 'ticks',
    async play(world) {
      await world.watchGenerator('ticks');
      await world.pass(1, 60, 60);
    },
  },
  {
    name: 'fails in its filter',
    async setUp(world) {
      await world.makeWebhook('hook');
      await world.makeInbound('in');
      const filter = 'root = if this.n == 2 { throw("the scenario wants it") } else { this }';
      await world.makeStream({ source: 'in', target: 'hook', filter });
    },
    mayEnd: 'rejected',
    async play(world) {
      for (const n of NUMBERS) await world.post(['hook'], `e${n}`, { n });
      await world.settle();
    },
  },
  {
    name: 'nobody can read its message',
    setUp: (world) => world.makeWebhook('hook'),
    deadLetters: 1,
    async play(world) {
      await world.installation.engine.deliveryQueue.send([{ body: 'nothing of ours', groupId: 'a/b' }]);
      await world.publish('hook', 'e1', { n: 1 });
      await world.settle();
    },
  },
];

async function postInOrder(world: World): Promise<void> {
  for (const [index, key] of ['a', 'b', 'a', 'b', 'a'].entries()) {
    const n = index + 1;
    await world.post(['hook'], `${key}${n}`, { n, key });
  }
}
