// `npm run interop`: each official CloudEvents SDK builds events and publishes them to a local run in each mode, and each SDK
// reads them at a webhook in each mode. Real: the SDKs, their languages' HTTP clients and servers, and the process of `npm
// start`. This is an extra outside `npm test`: toolchains and registries may be missing, and then it reports what it skipped.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalRun } from '../support/local-run.ts';
import { CASES } from './cases.ts';
import { differenceOf } from './difference.ts';
import { KNOWN, type Known } from './known.ts';
import { type PublishMode, publishBy, type Receiver, receiveBy, type Sent, type Task } from './processes.ts';
import { type Client, clientOf, SDKS, type Sdk } from './sdks.ts';

const PUBLISH_MODES: readonly PublishMode[] = ['structured', 'binary', 'batch'];
/** The modes that a webhook publication can have. */
const DELIVERY_MODES = ['structured', 'binary'] as const;
const ARRIVE_WITHIN_MS = 60_000;

interface Built {
  readonly sdk: Sdk;
  readonly client: Client;
  readonly folder: string;
}

interface Destination {
  readonly sdk: Sdk;
  readonly mode: (typeof DELIVERY_MODES)[number];
  readonly receiver: Receiver;
  readonly publishUrl: string;
}

/** One event on one route. */
interface Trip {
  readonly publisher: Sdk;
  readonly publishMode: PublishMode;
  readonly destination: Destination;
  readonly name: string;
  readonly id: string;
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-interop-'));

function build(): Built[] {
  return SDKS.flatMap((sdk) => {
    const own = join(folder, sdk.name);
    const client = clientOf(sdk, own);
    if (typeof client === 'string') {
      console.log(`SKIPPED ${sdk.name}: ${client}`);
      return [];
    }
    console.log(`${sdk.name}: ${sdk.package}`);
    return [{ sdk, client, folder: own }];
  });
}

async function destinationsOf(
  run: LocalRun,
  built: readonly Built[],
  signal: AbortSignal,
): Promise<Destination[]> {
  const { json: app } = await run.api('POST', '/v1/apps', { name: 'interop' });
  const destinations: Destination[] = [];
  for (const { sdk, client, folder: cwd } of built) {
    const receiver = await receiveBy(client, cwd, signal);
    for (const mode of DELIVERY_MODES) {
      const name = `${sdk.name}-${mode}`;
      const made = await run.api('POST', `/v1/tenants/${String(app['id'])}/platforms/webhook/publications`, {
        name,
        url: `${receiver.url}/${mode}`,
        content_mode: mode,
      });
      if (made.status !== 201) throw new Error(`expected a publication, found ${JSON.stringify(made.json)}`);
      destinations.push({ sdk, mode, receiver, publishUrl: `${String(app['publish_url'])}/${name}` });
    }
  }
  return destinations;
}

async function publishAll(
  { sdk, client, folder: cwd }: Built,
  destinations: readonly Destination[],
): Promise<[Trip, Sent][]> {
  const requests: { readonly task: Task; readonly trips: readonly Trip[] }[] = [];
  for (const destination of destinations) {
    for (const publishMode of PUBLISH_MODES) {
      const trips = Object.keys(CASES).map((name) => ({
        publisher: sdk,
        publishMode,
        destination,
        name,
        // Ends in a dot, so that no id is a prefix of another.
        id: `${sdk.name}.${publishMode}.${destination.sdk.name}.${destination.mode}.${name.replaceAll(/\W/g, '-')}.`,
      }));
      for (const together of publishMode === 'batch' ? [trips] : trips.map((trip) => [trip])) {
        const events = together.map(({ id, name }) => ({ id, ...caseNamed(name) }));
        requests.push({ task: { url: destination.publishUrl, mode: publishMode, events }, trips: together });
      }
    }
  }
  const sent = await publishBy(
    client,
    cwd,
    requests.map(({ task }) => task),
  );
  return requests.flatMap(({ trips }, index) =>
    trips.map((trip): [Trip, Sent] => [trip, sent[index] ?? { error: 'no outcome' }]),
  );
}

function caseNamed(name: string) {
  const found = CASES[name];
  if (found === undefined) throw new Error(`expected a case, found ${name}`);
  return found;
}

/** What went wrong, in a few words; undefined when the event arrived as sent. */
function faultOf(trip: Trip, { status, answer, error }: Sent): string | undefined {
  if (error !== undefined) return `not sent: ${error}`;
  if (status !== 202) return `answered ${status}: ${answer}`;
  const { receiver, mode } = trip.destination;
  const received = receiver.received.find(
    ({ path, attributes, seen }) =>
      path === `/${mode}` && (attributes?.['id'] === trip.id || seen?.includes(trip.id) === true),
  );
  if (received === undefined) return 'did not arrive';
  const keepsTypes = trip.publishMode !== 'binary' && mode === 'structured';
  return differenceOf({ id: trip.id, ...caseNamed(trip.name) }, received, { keepsTypes });
}

function concerns({ sdks, side, modes, cases }: Known, trip: Trip): boolean {
  const { publisher, publishMode, destination, name } = trip;
  const [sdk, mode] = side === 'publishes' ? [publisher, publishMode] : [destination.sdk, destination.mode];
  return sdks.includes(sdk.name) && modes.includes(mode) && cases.includes(name);
}

function printTable(
  built: readonly Built[],
  destinations: readonly Destination[],
  faults: Map<Trip, string | undefined>,
): void {
  const columns = destinations.map(({ sdk, mode }) => `${sdk.name} ${mode}`);
  console.log(`\n| published by ↓, read by → | ${columns.join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(columns.length)}`);
  for (const { sdk } of built) {
    for (const mode of PUBLISH_MODES) {
      const cells = destinations.map((destination) => {
        const own = [...faults].filter(
          ([trip]) => trip.publisher === sdk && trip.publishMode === mode && trip.destination === destination,
        );
        return `${own.filter(([, fault]) => fault === undefined).length}/${own.length}`;
      });
      console.log(`| ${sdk.name} ${mode} | ${cells.join(' | ')} |`);
    }
  }
}

async function main(): Promise<number> {
  const built = build();
  const run = await LocalRun.start(join(folder, 'state'), '--no-demo');
  const receiving = new AbortController();
  try {
    const destinations = await destinationsOf(run, built, receiving.signal);
    const sent: [Trip, Sent][] = [];
    for (const each of built) sent.push(...(await publishAll(each, destinations)));
    const taken = sent.filter(([, { status }]) => status === 202).length;
    const receivers = new Set(destinations.map(({ receiver }) => receiver));
    const arrived = () => [...receivers].reduce((sum, { received }) => sum + received.length, 0);
    const endsAtMs = Date.now() + ARRIVE_WITHIN_MS;
    while (arrived() < taken && Date.now() < endsAtMs) await sleep(100);
    const faults = new Map(sent.map(([trip, outcome]) => [trip, faultOf(trip, outcome)]));
    printTable(built, destinations, faults);
    return judge(faults);
  } finally {
    receiving.abort();
    await run.end('SIGINT');
  }
}

/** Every fault must be a known one of an SDK, and every known one must still occur. */
function judge(faults: ReadonlyMap<Trip, string | undefined>): number {
  const found = [...faults].flatMap(([trip, fault]) => (fault === undefined ? [] : [{ trip, fault }]));
  const explains = (known: Known, { trip, fault }: (typeof found)[number]) =>
    concerns(known, trip) && known.fault.test(fault);
  const wrong = found.filter((each) => !KNOWN.some((known) => explains(known, each)));
  const gone = KNOWN.filter((known) => {
    const isTried = [...faults.keys()].some((trip) => concerns(known, trip));
    return isTried && !found.some((each) => explains(known, each));
  });
  console.log('');
  for (const { sdks, side, modes, reason } of KNOWN)
    console.log(`known: ${sdks.join(', ')}, ${side} ${modes.join(' and ')}: ${reason}`);
  for (const { trip, fault } of wrong) {
    const { publisher, publishMode, destination, name } = trip;
    console.log(
      `WRONG ${publisher.name} ${publishMode} → ${destination.sdk.name} ${destination.mode}, ${name}: ${fault}`,
    );
  }
  for (const { sdks, side, reason } of gone)
    console.log(`GONE ${sdks.join(', ')}, ${side}: ${reason}. Take it off test/interop/known.ts`);
  console.log(
    `\n${faults.size} events: ${faults.size - found.length} arrived as they were sent, ${found.length - wrong.length} did not for a known reason of an SDK, ${wrong.length} are wrong`,
  );
  return wrong.length + gone.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
