import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GenerateSubscription } from '../../src/domain/subscriptions/subscription.ts';
import type { Installation, Json } from './installation.ts';

/** Stored beside a state's database: addresses and passwords, which are shown only once. */
interface Handles {
  readonly path: string;
  readonly publish: string;
  readonly subscribe: string;
  readonly inbound: string;
  readonly receiver: string;
  /** For a generator. */
  readonly watchedFromMs?: number;
}

/** What somebody was promised: by a 202, or by the answer to an acknowledgement or to a redrive. */
export interface Promised {
  readonly kind: 'accepted' | 'pulled' | 'redriven';
  /** Names of publications. */
  readonly to: readonly string[];
  readonly id: string;
}

const HANDLES_FILE = 'handles.json';
const PROMISES_FILE = 'promises';

/**
 * What people and programs do with an installation in a scenario. Promises are written down at once, because the process may die at any
 * time.
 */
export class World {
  readonly installation: Installation;
  readonly #dir: string;
  #handles: Handles;

  constructor(installation: Installation, dir: string) {
    this.installation = installation;
    this.#dir = dir;
    const file = join(dir, HANDLES_FILE);
    this.#handles = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Handles)
      : { path: '', publish: '', subscribe: '', inbound: '', receiver: '' };
  }

  async makeApp(receiver: string): Promise<void> {
    const app = await this.#made('/v1/apps', { name: 'shop' });
    this.#keep({
      path: `/v1/tenants/${app['id']}`,
      publish: authorizationOf(app['publish_url']),
      subscribe: authorizationOf(app['subscribe_url']),
      receiver,
    });
  }

  async makeWebhook(name: string, more: object = {}): Promise<void> {
    const url = `${this.#handles.receiver}/${name}`;
    await this.#made(`${this.#handles.path}/platforms/webhook/publications`, { name, url, ...more });
  }

  async makePull(name: string): Promise<void> {
    await this.#made(`${this.#handles.path}/platforms/pull/publications`, { name });
  }

  async makeInbound(name: string, more: object = {}): Promise<void> {
    const path = `${this.#handles.path}/platforms/webhook/subscriptions`;
    const made = await this.#made(path, { name, verify: 'none', ...more });
    this.#keep({ inbound: new URL(made['inbound_url']).pathname });
  }

  async makeSource(platform: string, settings: object): Promise<void> {
    await this.#made(`${this.#handles.path}/platforms/${platform}/subscriptions`, settings);
  }

  async makeStream(settings: object): Promise<void> {
    await this.#made(`${this.#handles.path}/streams`, settings);
  }

  /** Publishes an event, and repeats that until it is accepted, as an app with an outbox does. */
  async publish(publication: string, id: string, data: object = {}): Promise<void> {
    await this.#post(`/${publication}`, id, data, this.#handles.publish);
    this.#promise({ kind: 'accepted', to: [publication], id });
  }

  /** Posts to the inbound URL, from which streams lead to the publications. */
  async post(to: readonly string[], id: string, data: object = {}): Promise<void> {
    await this.#post(this.#handles.inbound, id, data);
    this.#promise({ kind: 'accepted', to, id });
  }

  /** Pulls whatever is there and acknowledges it. */
  async pull(publication: string): Promise<number> {
    const taken: Json = await this.#ask('GET', `/${publication}?ack=required&max=100`);
    const deliveries = taken['deliveries'] as readonly Json[];
    if (deliveries.length === 0) return 0;
    const receipts = deliveries.map(({ receipt }) => receipt);
    await this.#ask('POST', `/${publication}/ack`, { receipts });
    for (const { id } of deliveries) this.#promise({ kind: 'pulled', to: [publication], id });
    return deliveries.length;
  }

  async changePublication(name: string, change: object): Promise<void> {
    await this.#api('PATCH', `/publications/${name}`, change);
  }

  async changeSubscription(name: string, change: object): Promise<void> {
    await this.#api('PATCH', `/subscriptions/${name}`, change);
  }

  /** From here on the schedule runs every minute: a generator does not make up for runs that were missed before. */
  async watchGenerator(name: string): Promise<void> {
    const { nextRunAtMs = 0 } = await this.#generator(name);
    this.#keep({ watchedFromMs: Math.max(nextRunAtMs, Date.now()) });
  }

  /** The ids of the events that the generator must have made: one for each run before the next one. */
  async generated(name: string): Promise<readonly string[]> {
    const { id, interval, nextRunAtMs = 0 } = await this.#generator(name);
    const { watchedFromMs = nextRunAtMs } = this.#handles;
    const stepMs = Number.parseInt(interval, 10) * 1_000;
    const ids: string[] = [];
    for (let atMs = nextRunAtMs - stepMs; atMs >= watchedFromMs; atMs -= stepMs) ids.push(`${id}-${atMs}`);
    return ids;
  }

  async #generator(name: string): Promise<GenerateSubscription> {
    const { subscriptions } = this.installation.engine.stores;
    const found = await subscriptions.get(this.#handles.path.split('/').at(-1) ?? '', name);
    if (found?.platform !== 'generate') throw new Error(`expected ${name} to be a generator`);
    return found;
  }

  async redrive(publication: string): Promise<void> {
    await this.#api('POST', '/redrives', { action: 'retry', filter: { status: ['exhausted'] }, rate: 50 });
    this.#promise({ kind: 'redriven', to: [publication], id: '' });
  }

  /** Like `redrive`, by a function that died as soon as the redrive was stored: the schedule carries it out. */
  async redriveLater(publication: string): Promise<void> {
    const nowMs = Date.now();
    await this.installation.engine.stores.redrives.create({
      id: randomUUID(),
      appId: this.#handles.path.split('/').at(-1) ?? '',
      action: 'retry',
      filter: { statuses: ['rejected', 'exhausted'] },
      state: 'running',
      ratePerSecond: 50,
      startedBy: 'crash points',
      startedAtMs: nowMs,
      lookAtMs: nowMs,
      plannedUntilMs: nowMs,
      scannedCount: 0,
      doneCount: 0,
      skippedCount: 0,
      version: 1,
    });
    this.#promise({ kind: 'redriven', to: [publication], id: '' });
  }

  async deliveries(): Promise<readonly Json[]> {
    return (await this.#api('GET', '/deliveries?limit=100'))['deliveries'];
  }

  async publications(): Promise<readonly Json[]> {
    return this.#api('GET', '/publications');
  }

  async redrives(): Promise<readonly Json[]> {
    return (await this.#api('GET', '/redrives'))['redrives'];
  }

  settle(): Promise<void> {
    return this.installation.settle();
  }

  async pass(...seconds: readonly number[]): Promise<void> {
    for (const each of seconds) await this.installation.pass(each * 1_000);
  }

  async #post(path: string, id: string, data: object, authorization?: string): Promise<void> {
    const event = { specversion: '1.0', id, source: '/crash-points', type: 'test', data };
    const response = await fetch(`${this.installation.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json', ...(authorization && { authorization }) },
      body: JSON.stringify(event),
    });
    await expectStatus(response, 202);
  }

  async #ask(method: string, target: string, body?: object): Promise<Json> {
    const response = await fetch(`${this.installation.origin}${target}`, {
      method,
      headers: { authorization: this.#handles.subscribe },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return JSON.parse(await expectStatus(response, 200)) as Json;
  }

  async #api(method: string, path: string, body?: object): Promise<Json> {
    const { status, json } = await this.installation.api(method, `${this.#handles.path}${path}`, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  }

  async #made(path: string, body: object): Promise<Json> {
    const { status, json } = await this.installation.api('POST', path, body);
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  }

  #keep(some: Partial<Handles>): void {
    this.#handles = { ...this.#handles, ...some };
    writeFileSync(join(this.#dir, HANDLES_FILE), JSON.stringify(this.#handles));
  }

  #promise(promised: Promised): void {
    appendFileSync(join(this.#dir, PROMISES_FILE), `${JSON.stringify(promised)}\n`);
  }
}

export function promisesIn(dir: string): readonly Promised[] {
  const file = join(dir, PROMISES_FILE);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Promised);
}

async function expectStatus(response: Response, expected: number): Promise<string> {
  const text = await response.text();
  if (response.status !== expected) throw new Error(`${response.url}: ${response.status} ${text}`);
  return text;
}

function authorizationOf(url: string): string {
  const { username, password } = new URL(url);
  return `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
}
