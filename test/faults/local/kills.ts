import { setTimeout as sleep } from 'node:timers/promises';
import { startSalesforceSimulator } from '../../../simulators/salesforce/index.ts';
import { seededRandom } from '../../../simulators/salesforce/random.ts';
import { temporaryState } from '../../support/local-run.ts';
import { orgAuthorization } from '../../support/salesforce.ts';
import { type LedgerReceiver, startLedgerReceiver } from './far-side.ts';
import { freePort, type LocalApp, LocalProcess } from './local-process.ts';

export interface KillsOptions {
  readonly kills: number;
  readonly publishesPerSecond: number;
  readonly feedEventsPerSecond: number;
  readonly seed: number;
  readonly onProgress?: (text: string) => void;
}

export interface KillsReport {
  /** Publishes answered with 202, plus events that the org published. */
  readonly accepted: number;
  readonly lost: readonly string[];
  /** For each kill: the events repeated because of it, and the requests open at the receiver at that moment. */
  readonly repeats: readonly { readonly count: number; readonly open: number }[];
  /** For each start: from the spawn to the first 202. */
  readonly startMs: readonly number[];
  readonly deadLetters: number;
  readonly seconds: number;
}

const LIFE_MS_MIN = 300;
const LIFE_MS_MAX = 3_000;
/** Retries of deliveries that were in flight wait for seconds, not hours. */
const SETTLE_MS_MAX = 180_000;
const EVENT = 'Kill_test__e';

/** Kills the local run at random moments during steady publishes and a busy feed, and checks the ledger. */
export async function kills(options: KillsOptions): Promise<KillsReport> {
  const startedAtMs = Date.now();
  const state = temporaryState();
  const org = await startSalesforceSimulator({
    seed: options.seed,
    faults: { deliveredLimit: Number.MAX_SAFE_INTEGER, publishedLimit: Number.MAX_SAFE_INTEGER },
  });
  org.definePlatformEvent({
    name: EVENT,
    label: EVENT,
    publishable: true,
    fields: [{ name: 'Text__c', type: 'string', length: 100 }],
  });
  const receiver = await startLedgerReceiver();
  const local = new LocalProcess(state.dir, await freePort());
  try {
    await local.start();
    const app = await local.app('survivor');
    await local.request('POST', `${app.tenant}/platforms/salesforce/authorizations`, orgAuthorization(org));
    await local.request('POST', `${app.tenant}/platforms/salesforce/subscriptions`, {
      name: 'feed',
      topic: `/event/${EVENT}`,
      alias: 'org',
      replay: 'earliest',
    });
    await local.request('POST', `${app.tenant}/platforms/webhook/publications`, {
      name: 'ledger',
      url: receiver.url,
      source: 'feed',
    });
    const accepted = new Set<string>();
    const done = new AbortController();
    const loads = [
      publishing(app, accepted, options, done.signal),
      changing(org, accepted, options, done.signal),
    ];
    const report = await killing(local, app, receiver, accepted, options);
    done.abort();
    await Promise.all(loads);
    const lost = await settled(receiver, accepted);
    return {
      accepted: accepted.size,
      lost,
      repeats: repeatsOf(receiver, report.killedAt),
      startMs: report.startMs,
      deadLetters: await local.deadLetters(),
      seconds: (Date.now() - startedAtMs) / 1_000,
    };
  } finally {
    await local.close();
    await receiver.close();
    await org.close();
    state.remove();
  }
}

async function publishing(
  app: LocalApp,
  accepted: Set<string>,
  { publishesPerSecond }: KillsOptions,
  done: AbortSignal,
): Promise<void> {
  const startedAtMs = Date.now();
  const open = new Set<Promise<void>>();
  for (let next = 0; !done.aborted; next += 1) {
    const id = `publish-${next}`;
    const answered = app.publish('ledger', { n: id }, { 'idempotency-key': id }).then(({ status }) => {
      if (status === 202) accepted.add(id);
      open.delete(answered);
    });
    open.add(answered);
    await sleep(Math.max(0, startedAtMs + (next * 1_000) / publishesPerSecond - Date.now()));
  }
  await Promise.all(open);
}

async function changing(
  org: Awaited<ReturnType<typeof startSalesforceSimulator>>,
  accepted: Set<string>,
  { feedEventsPerSecond }: KillsOptions,
  done: AbortSignal,
): Promise<void> {
  for (let next = 0; !done.aborted; next += 1) {
    for (const { id } of org.publishMany(EVENT, 1, () => ({ Text__c: `change-${next}` }))) accepted.add(id);
    await sleep(1_000 / feedEventsPerSecond);
  }
}

async function killing(
  local: LocalProcess,
  app: LocalApp,
  receiver: LedgerReceiver,
  accepted: ReadonlySet<string>,
  { kills: count, seed, onProgress }: KillsOptions,
): Promise<{
  readonly killedAt: readonly { readonly atMs: number; readonly open: number }[];
  readonly startMs: readonly number[];
}> {
  const random = seededRandom(seed);
  const killedAt: { atMs: number; open: number }[] = [];
  const startMs: number[] = [];
  for (let kill = 0; kill < count; kill += 1) {
    await sleep(LIFE_MS_MIN + random() * (LIFE_MS_MAX - LIFE_MS_MIN));
    const open = receiver.open;
    await local.end('SIGKILL');
    killedAt.push({ atMs: Date.now(), open });
    const spawnedAtMs = Date.now();
    local.spawn();
    const id = `probe-${kill}`;
    while ((await app.publish('ledger', { n: id }, { 'idempotency-key': id })).status !== 202) {
      if (local.hasEnded)
        throw new Error(`expected it to start after kill ${kill + 1}, found:\n${local.output}`);
      await sleep(5);
    }
    startMs.push(Date.now() - spawnedAtMs);
    onProgress?.(`${kill + 1} kills, ${accepted.size} accepted, ${receiver.distinct()} arrived`);
  }
  return { killedAt, startMs };
}

/** Waits until everything accepted has arrived; returns what is missing once nothing has come for long. */
async function settled(receiver: LedgerReceiver, accepted: ReadonlySet<string>): Promise<string[]> {
  const endsAtMs = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    const arrived = new Set(receiver.arrivals.map(({ id }) => id));
    const missing = [...accepted].filter((id) => !arrived.has(id));
    if (missing.length === 0 || Date.now() > endsAtMs) return missing;
    await sleep(200);
  }
}

/** A repeat is caused by the last kill before it arrived. */
function repeatsOf(
  { arrivals }: LedgerReceiver,
  killedAt: readonly { readonly atMs: number; readonly open: number }[],
): KillsReport['repeats'] {
  const counts = killedAt.map(() => 0);
  const seen = new Set<string>();
  for (const { id, atMs } of arrivals) {
    if (!seen.has(id)) {
      seen.add(id);
      continue;
    }
    const kill = killedAt.findLastIndex((each) => each.atMs <= atMs);
    if (kill >= 0) counts[kill] = (counts[kill] ?? 0) + 1;
  }
  return killedAt.map(({ open }, kill) => ({ open, count: counts[kill] ?? 0 }));
}
