import { setTimeout as sleep } from 'node:timers/promises';
import { integerBetween, pick, type Random, seededRandom } from '../../../simulators/salesforce/random.ts';
import type { Fate } from './faulty-proxy.ts';
import type { Installation, InstallationOptions } from './installation.ts';
import type { Account } from './ledger.ts';
import type { Poller } from './poller.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly feeds: number;
  readonly pollers: number;
  /** On average. */
  readonly killEveryMs: number;
  readonly faultEveryMs: number;
  readonly settleMs: number;
  readonly onProgress?: (text: string) => void;
}

export interface ChaosReport {
  readonly account: Account;
  readonly kills: number;
  /** How often, by name. */
  readonly faults: ReadonlyMap<string, number>;
  readonly leasesLost: number;
  readonly seconds: number;
}

const TRANSACTION_EVENTS_MAX = 30;
const EVENT_BYTES_MAX = 400;
/** The seconds of a session (the function's timeout less the minute that it reserves): a run has several hand-overs. */
const FUNCTION_TIMEOUT_SECONDS = 75;

/** The options of the installation for a run. */
export function chaosInstallation(seed: number): InstallationOptions {
  return {
    org: {
      seed,
      timing: { keepaliveMs: 500 },
      faults: { deliveredLimit: Number.MAX_SAFE_INTEGER, publishedLimit: Number.MAX_SAFE_INTEGER },
    },
    poller: { functionTimeoutSeconds: FUNCTION_TIMEOUT_SECONDS, silenceMsMax: 2_000 },
  };
}

/** Publishes events, and meanwhile kills pollers and injects every kind of failure, at moments drawn from the seed. */
export async function chaos(installation: Installation, options: ChaosOptions): Promise<ChaosReport> {
  const startedAtMs = Date.now();
  const { org } = installation;
  await installation.authorize();
  const names: string[] = [];
  for (let feed = 0; feed < options.feeds; feed += 1) {
    const name = `Fault_${feed}__e`;
    org.definePlatformEvent({
      name,
      label: name,
      publishable: true,
      fields: [{ name: 'Text__c', type: 'string', length: EVENT_BYTES_MAX }],
    });
    names.push(name);
    await installation.subscribe(`/event/${name}`);
  }
  const done = new AbortController();
  const running: Poller[] = [];
  for (let poller = 0; poller < options.pollers; poller += 1) running.push(await installation.startPoller());
  const faults = new Map<string, number>();
  const troubles = [
    killing(installation, running, options, done.signal),
    failing(installation, options, faults, done.signal),
  ];
  await publishing(installation, names, options);
  done.abort();
  await Promise.all(troubles);
  calm(installation);
  const account = await installation.settled(options.settleMs);
  return {
    account,
    kills: installation.kills,
    faults,
    leasesLost: installation.logged('FEED_LEASE_LOST').length,
    seconds: (Date.now() - startedAtMs) / 1_000,
  };
}

async function publishing(
  { org }: Installation,
  names: readonly string[],
  options: ChaosOptions,
): Promise<void> {
  const random = seededRandom(options.seed);
  const startedAtMs = Date.now();
  for (let published = 0; published < options.events; ) {
    const size = Math.min(integerBetween(random, 1, TRANSACTION_EVENTS_MAX), options.events - published);
    const name = pick(random, names) ?? '';
    org.publishMany(name, size, (index) => ({
      Text__c: `${published + index}`.padEnd(integerBetween(random, 1, EVENT_BYTES_MAX), '.'),
    }));
    published += size;
    const dueAtMs = startedAtMs + (published / options.eventsPerSecond) * 1_000;
    options.onProgress?.(`${published} published`);
    await sleep(Math.max(0, dueAtMs - Date.now()));
  }
}

/** Kills one poller after the other, each at a random moment, and starts a replacement. */
async function killing(
  installation: Installation,
  running: Poller[],
  { seed, killEveryMs }: ChaosOptions,
  done: AbortSignal,
): Promise<void> {
  const random = seededRandom(seed + 1);
  while (await wait(around(random, killEveryMs), done)) {
    const at = integerBetween(random, 0, running.length - 1);
    const victim = running[at];
    if (victim === undefined) continue;
    await installation.kill(victim);
    await sleep(integerBetween(random, 0, 1_000));
    running[at] = await installation.startPoller();
  }
}

async function failing(
  installation: Installation,
  { seed, faultEveryMs }: ChaosOptions,
  counts: Map<string, number>,
  done: AbortSignal,
): Promise<void> {
  const random = seededRandom(seed + 2);
  while (await wait(around(random, faultEveryMs), done)) {
    const fault = pick(random, FAULTS);
    if (fault === undefined) continue;
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    await fault.strike(installation, random);
  }
}

interface Fault {
  readonly name: string;
  readonly strike: (installation: Installation, random: Random) => Promise<void> | void;
}

const FAULTS: readonly Fault[] = [
  {
    name: 'stream reset (UNAVAILABLE, NO_ERROR)',
    strike: ({ org }) => void org.endStreams('reset-unavailable'),
  },
  { name: 'RST_STREAM without a gRPC status', strike: ({ org }) => void org.endStreams('reset-internal') },
  {
    name: 'service.unavailable as INTERNAL',
    strike: ({ org }) => void org.endStreams('service-unavailable'),
  },
  { name: 'stream ended with OK', strike: ({ org }) => void org.endStreams('ok') },
  { name: 'connection cut', strike: ({ org }) => org.dropConnections() },
  {
    name: 'next RPCs refused as service.unavailable',
    strike: ({ org }, random) => {
      org.faults.nextServiceUnavailable = integerBetween(random, 1, 3);
    },
  },
  { name: 'token revoked mid-stream', strike: ({ org }) => org.revokeAllTokens({ endStreams: true }) },
  {
    name: 'half-open stream',
    strike: async ({ org }, random) => {
      org.faults.halfOpen = true;
      await sleep(integerBetween(random, 500, 3_000));
      org.faults.halfOpen = false;
    },
  },
  {
    name: 'slow GetSchema, responses cut at random places',
    strike: async ({ org }) => {
      org.faults.getSchemaDelayMs = 1_000;
      org.faults.splitRandomly = true;
      await sleep(1_000);
      org.faults.getSchemaDelayMs = 0;
      org.faults.splitRandomly = false;
    },
  },
  {
    name: 'SQS refuses whole requests',
    strike: ({ sqs }, random) => {
      sqs.fate = next('SendMessageBatch', 'refuse', integerBetween(random, 1, 12));
    },
  },
  {
    name: 'SQS takes half of a batch',
    strike: ({ sqs }, random) => {
      sqs.fate = next('SendMessageBatch', 'half', integerBetween(random, 1, 4));
    },
  },
  {
    name: 'SQS connection cut before the request arrives',
    strike: ({ sqs }) => {
      sqs.fate = next('SendMessageBatch', 'lose-request', 1);
    },
  },
  {
    name: 'answer of DynamoDB lost',
    strike: ({ dynamodb }, random) => {
      dynamodb.fate = next('UpdateItem', 'lose-answer', integerBetween(random, 1, 3));
    },
  },
  {
    name: 'DynamoDB refuses writes',
    strike: ({ dynamodb }, random) => {
      dynamodb.fate = next('UpdateItem', 'refuse', integerBetween(random, 1, 8));
    },
  },
];

/** The next calls of the operation meet this fate. */
export function next(operation: string, fate: Fate, count: number): (call: { operation: string }) => Fate {
  let left = count;
  return (call) => {
    if (call.operation !== operation || left === 0) return 'pass';
    left -= 1;
    return fate;
  };
}

function calm({ org, sqs, dynamodb }: Installation): void {
  sqs.fate = () => 'pass';
  dynamodb.fate = () => 'pass';
  org.faults.halfOpen = false;
  org.faults.nextServiceUnavailable = 0;
}

/** Between 0.5 and 1.5 times the given time. */
function around(random: Random, ms: number): number {
  return ms * (0.5 + random());
}

/** False once `done` is aborted. */
async function wait(ms: number, done: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal: done }).catch(() => undefined);
  return !done.aborted;
}
