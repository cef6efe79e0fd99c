import { Dice } from './dice.ts';
import type { MessageFaults } from './message-queue.ts';
import { CALL_FAULTS, type CallFault, type FaultRates } from './port-calls.ts';

/** Everything that a seed decides before the run; the same dice decide the rest as it comes. */
export interface Scenario {
  readonly seed: number;
  /**
   * `functions`: environments that each serve one invocation at a time and may die alone. `host`: one process, which
   * dies as a whole.
   */
  readonly runs: 'functions' | 'host';
  /** For how long events, actions and faults come. */
  readonly troubleMs: number;
  readonly faults: FaultRates;
  readonly messages: MessageFaults;
  readonly topic: { readonly open: number; readonly stream: number };
  /** The chance that a receiver's answer is not an immediate 2xx. */
  readonly receivers: number;
  readonly maxReceiveCount: number;
  /** The time limit of a worker's session. */
  readonly pollerTimeoutMs: number;
  readonly publications: readonly ScenarioPublication[];
  readonly subscriptions: readonly ScenarioSubscription[];
  readonly streams: readonly ScenarioStream[];
  readonly events: readonly ScenarioEvent[];
  readonly actions: readonly ScenarioAction[];
  /** A poller that freezes for longer than its lease, and then continues as if nothing had happened. */
  readonly stalls: readonly ScenarioStall[];
  readonly outages: readonly ScenarioOutage[];
  readonly deaths: readonly ScenarioDeath[];
}

/** A receiver that accepts nothing for a while: long enough for a breaker to open, at times for an hour. */
export interface ScenarioDeath {
  readonly atMs: number;
  readonly forMs: number;
  readonly publication: string;
}

/** For a while a port does nothing that it is asked, or the queue refuses the messages of one publication. */
export interface ScenarioOutage {
  readonly atMs: number;
  readonly forMs: number;
  readonly port: (typeof OUTAGE_PORTS)[number];
  readonly publication: string;
}

const OUTAGE_PORTS = [
  'queue',
  'queue',
  'deliveries',
  'publications',
  'feeds',
  'subscriptions',
  'streams',
] as const;

export interface ScenarioStall {
  readonly atMs: number;
  readonly forMs: number;
}

export interface ScenarioPublication {
  readonly name: string;
  readonly platform: 'webhook' | 'salesforce';
  readonly retryDelaysMs: readonly number[];
}

export interface ScenarioSubscription {
  readonly name: string;
  readonly platform: 'salesforce' | 'generate' | 'sluice';
  readonly intervalSeconds: number;
}

export interface ScenarioStream {
  readonly subscription: string;
  readonly publication: string;
  /** Which events its filter drops, and on which it fails. */
  readonly drops: boolean;
  readonly fails: boolean;
  /** The number of keys among which an ordered stream divides its events; absent if it is not ordered. */
  readonly keys?: number;
}

/** An event published by an app to a publication, or by Salesforce to the topic. */
export interface ScenarioEvent {
  readonly id: string;
  readonly n: number;
  readonly atMs: number;
  readonly publication: string | undefined;
  /** How many more come with it in one batch. */
  readonly others: number;
  readonly isUndecodable: boolean;
}

export const ACTIONS = [
  'pause',
  'resume',
  'retry',
  'discard',
  'redrive',
  'change-url',
  'delete',
  'pause-subscription',
  'resume-subscription',
] as const;

export interface ScenarioAction {
  /**
   * retry-many selects by a filter, as `events:deliveries:retry` does. It is drawn separately, so that earlier seeds still give the
   * same runs.
   */
  readonly kind: (typeof ACTIONS)[number] | 'retry-many';
  readonly atMs: number;
  /** Name of a publication or subscription; a retry or a discard chooses its delivery when it runs. */
  readonly target: string;
  /** 0 ≤ n < 1. */
  readonly chance: number;
}

/** The chance that a whole family of faults is absent from a run: where everything fails at once, rare faults hide. */
const ABSENT = 0.5;
const CALL_FAULT_RATE_MAX: { readonly [F in CallFault]: number } = {
  fails: 0.05,
  'answer-lost': 0.04,
  late: 0.05,
  'late-answer': 0.05,
  'late-effect': 0.02,
  repeated: 0.03,
  'crash-before': 0.01,
  'crash-between': 0.015,
  'crash-after': 0.01,
};
const RETRY_SCHEDULES: readonly (readonly number[])[] = [
  [5_000, 30_000],
  [2_000, 5_000, 20_000, 60_000],
  [5_000, 30_000, 120_000, 600_000],
  // Longer than the queue can delay.
  [3_000, 1_500_000],
];

export function scenarioOf(seed: number): Scenario {
  const dice = new Dice(seed);
  const rate = (site: string, max: number) =>
    dice.chance(`${site} absent`, ABSENT) ? 0 : dice.throw(site) * max;
  const isGentle = dice.chance('gentle', 0.15);
  const rates = Object.fromEntries(
    CALL_FAULTS.map((fault) => [fault, isGentle ? 0 : rate(fault, CALL_FAULT_RATE_MAX[fault])]),
  ) as FaultRates['rates'];
  const hasFeeds = dice.chance('feeds', 0.6);
  // Long enough for a retry after more than the queue's longest delay; feed readers would only add steps.
  const isLong = !hasFeeds && dice.chance('long', 0.4);
  let troubleMs = (isLong ? 2_700_000 : 60_000) + dice.whole('trouble', 180_000);
  const at = () => dice.whole('at', troubleMs);
  const publications: ScenarioPublication[] = Array.from(
    { length: 1 + dice.whole('publications', 3) },
    (_, index) => ({
      name: `p${index + 1}`,
      platform: index > 0 && dice.chance('salesforce', 0.3) ? 'salesforce' : 'webhook',
      retryDelaysMs: RETRY_SCHEDULES[dice.whole('schedule', RETRY_SCHEDULES.length)] ?? [],
    }),
  );
  const webhooks = publications.filter(({ platform }) => platform === 'webhook');
  const subscriptions: ScenarioSubscription[] = [];
  if (hasFeeds) {
    for (let left = 1 + dice.whole('readers', 3); left > 0; left -= 1) {
      subscriptions.push({ name: `s${left}`, platform: 'salesforce', intervalSeconds: 0 });
    }
  }
  if (dice.chance('generators', 0.3)) {
    subscriptions.push({
      name: 'g1',
      platform: 'generate',
      intervalSeconds: 15 + dice.whole('interval', 60),
    });
  }
  const streams = subscriptions.flatMap((subscription) =>
    publications
      .filter((_, index) => index === 0 || dice.chance('stream', 0.4))
      .map((publication) => ({
        subscription: subscription.name,
        publication: publication.name,
        drops: dice.chance('drops', 0.3),
        fails: dice.chance('fails', 0.3),
      })),
  );
  const ordersStreams = dice.chance('ordered', 0.4);
  const hasFeed = subscriptions.some(({ platform }) => platform === 'salesforce');
  const events: ScenarioEvent[] = Array.from({ length: 3 + dice.whole('events', 20) }, (_, index) => {
    const toTopic = hasFeed && dice.chance('to topic', 0.6);
    return {
      id: `${toTopic ? 't' : 'e'}${index + 1}`,
      n: index + 1,
      // Some come as a burst.
      atMs: dice.chance('burst', 0.3) ? troubleMs >> 1 : at(),
      publication: toTopic ? undefined : webhooks[dice.whole('to', webhooks.length)]?.name,
      others: !toTopic && dice.chance('batch', 0.2) ? 1 + dice.whole('others', 3) : 0,
      isUndecodable: toTopic && dice.chance('undecodable', 0.05),
    };
  });
  const together = at();
  const kinds = ACTIONS.filter(() => dice.chance('kind of action', 0.6));
  const actions: ScenarioAction[] = Array.from({ length: dice.whole('actions', 14) }, () => {
    const kind = kinds[dice.whole('kind', kinds.length)] ?? 'pause';
    const named = kind.endsWith('subscription') ? subscriptions : publications;
    return {
      // A publication is rarely deleted, because nothing is left to observe afterwards.
      kind: kind === 'delete' && dice.chance('spared', 0.8) ? 'pause' : kind,
      // Some come together, as when several people see the same outage.
      atMs: dice.chance('together', 0.4) ? together + dice.whole('apart', 400) : at(),
      target: named[dice.whole('target', named.length)]?.name ?? publications[0]?.name ?? '',
      chance: dice.throw('action'),
    };
  });
  if (dice.chance('resume at the minute', 0.2)) resumeAtTheMinute(dice, events, actions);
  if (dice.chance('backlog', 0.03)) leaveBacklog(dice, events, actions);
  if (dice.chance('retry many', 0.15)) {
    const atMs = dice.whole('retry many at', troubleMs);
    actions.push({ kind: 'retry-many', atMs, target: FIRST, chance: dice.throw('retry many') });
  }
  const deaths: ScenarioDeath[] = [];
  if (dice.chance('death', 0.2)) {
    deaths.push(letDie(dice, { troubleMs, publications, subscriptions, streams, events }));
    // The calm revives dead receivers, so an outage of an hour needs as much trouble.
    const untilMs = Math.max(...deaths.map(({ atMs, forMs }) => atMs + forMs));
    if (!hasFeeds) troubleMs = Math.max(troubleMs, untilMs);
  }
  return {
    seed,
    runs: dice.chance('host', 0.3) ? 'host' : 'functions',
    troubleMs,
    faults: { rates },
    messages: {
      refused: rate('refused', 0.1),
      lost: rate('lost', 0.05),
      doubled: rate('doubled', 0.1),
      late: rate('late message', 0.1),
    },
    topic: { open: rate('open', 0.3), stream: rate('frames', 0.1) },
    receivers: rate('receivers', 0.6),
    maxReceiveCount: dice.chance('few receives', 0.3) ? 3 : 24,
    pollerTimeoutMs: 100_000 + dice.whole('poller', 200_000),
    outages: isGentle
      ? []
      : Array.from({ length: Math.max(0, dice.whole('outages', 5) - 2) }, () => ({
          atMs: at(),
          forMs: 1_000 + dice.whole('outage', 60_000),
          port: dice.oneOf('outage of', OUTAGE_PORTS),
          publication: publications[dice.whole('outage for', publications.length)]?.name ?? FIRST,
        })),
    stalls:
      hasFeed && dice.chance('stalls', 0.3)
        ? Array.from({ length: 1 + dice.whole('stall', 3) }, () => ({
            atMs: at(),
            forMs: 5_000 + dice.whole('stalled', 80_000),
          }))
        : [],
    deaths,
    publications,
    subscriptions,
    streams: ordersStreams ? streams.map((stream) => inOrder(dice, stream)) : streams,
    events: events.toSorted((a, b) => a.atMs - b.atMs),
    actions: actions.toSorted((a, b) => a.atMs - b.atMs),
  };
}

function inOrder(dice: Dice, stream: ScenarioStream): ScenarioStream {
  return dice.chance('ordered stream', 0.8) ? { ...stream, keys: 1 + dice.whole('keys', 3) } : stream;
}

/** How long after the beginning the schedule first runs; after that it runs every minute. */
export const FIRST_TICK_MS = 15_000;

/** A webhook; every scenario has one. */
const FIRST = 'p1';

/** A pause that ends just before the schedule looks for drains, while events keep coming. */
function resumeAtTheMinute(dice: Dice, events: ScenarioEvent[], actions: ScenarioAction[]): void {
  const tickMs = FIRST_TICK_MS + 60_000 * (1 + dice.whole('minute', 2));
  const act = (kind: ScenarioAction['kind'], atMs: number) =>
    actions.push({ kind, atMs, target: FIRST, chance: dice.throw('action') });
  act('pause', tickMs - 12_000 - dice.whole('paused', 10_000));
  const resumeMs = tickMs - 300 - dice.whole('resumed', 1_500);
  act('resume', resumeMs);
  for (let left = 6; left > 0; left -= 1) {
    const n = events.length + 1;
    // The receivers of the first events know of the pause for some seconds more; the other events come when the drain
    // is over.
    const atMs =
      left > 4 ? resumeMs - 1 - dice.whole('before', 1_500) : tickMs + 100 + dice.whole('behind', 3_000);
    events.push({ id: `e${n}`, n, atMs, publication: FIRST, others: 0, isUndecodable: false });
  }
}

/** More parked deliveries than a drain plans at once. */
function leaveBacklog(dice: Dice, events: ScenarioEvent[], actions: ScenarioAction[]): void {
  const n = events.length + 1;
  const others = 95 + dice.whole('backlog of', 20);
  actions.push({ kind: 'pause', atMs: 1_000, target: FIRST, chance: 0 });
  events.push({ id: `e${n}`, n, atMs: 10_000, publication: FIRST, others, isUndecodable: false });
  actions.push({
    kind: 'resume',
    atMs: 20_000 + dice.whole('backlog until', 30_000),
    target: FIRST,
    chance: 0,
  });
}

/** A receiver dies while events come; they continue for a while, and so may the reports about it. */
function letDie(
  dice: Dice,
  {
    troubleMs,
    publications,
    subscriptions,
    streams,
    events,
  }: {
    readonly troubleMs: number;
    readonly publications: readonly ScenarioPublication[];
    readonly subscriptions: ScenarioSubscription[];
    readonly streams: ScenarioStream[];
    readonly events: ScenarioEvent[];
  },
): ScenarioDeath {
  const atMs = dice.whole('dies', troubleMs >> 2);
  const forMs = dice.chance('dead for an hour', 0.2) ? 3_900_000 : 20_000 + dice.whole('dead', troubleMs);
  for (let left = 12 + dice.whole('to the dead', 8); left > 0; left -= 1) {
    const n = events.length + 1;
    // As fast as a breaker needs them, plus some later ones that find it open.
    const afterMs = dice.chance('late to the dead', 0.3)
      ? dice.whole('later', forMs)
      : dice.whole('soon', 25_000);
    events.push({
      id: `e${n}`,
      n,
      atMs: atMs + afterMs,
      publication: FIRST,
      others: 0,
      isUndecodable: false,
    });
  }
  if (dice.chance('told', 0.5)) {
    subscriptions.push({ name: 'o1', platform: 'sluice', intervalSeconds: 0 });
    for (const [index, { name }] of publications.entries()) {
      // Also to the publication that the event is about.
      if (index === 0 ? dice.chance('told itself', 0.5) : dice.chance('told another', 0.7)) {
        streams.push({ subscription: 'o1', publication: name, drops: false, fails: false });
      }
    }
  }
  return { atMs, forMs, publication: FIRST };
}
