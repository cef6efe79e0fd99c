import { type LocalHostOptions, startLocalHost } from '../../../local/host.ts';
import { LocalState } from '../../../local/state.ts';
import { type SalesforceSimulator, startSalesforceSimulator } from '../../../simulators/salesforce/index.ts';
import { makeSqliteEngine, type SqliteEngine } from '../../../src/adapters/sqlite/engine.ts';
import {
  type Json,
  LocalRun,
  type Receiver,
  startReceiver,
  temporaryState,
} from '../../support/local-run.ts';
import { orgAuthorization, until } from '../../support/salesforce.ts';

/** What the tests need from a local run, whether it is a separate process or in this one. */
interface Run {
  readonly origin: string;
  readonly adminToken: string;
  /** What its terminal shows. */
  readonly output: string;
  api(method: string, path: string, body?: object): Promise<{ status: number; json: Json }>;
  end(signal: 'SIGKILL'): Promise<void>;
}

/** A real local run with a receiver over real HTTP, for the tests of a file. Each test has its own app. */
export class Scene {
  readonly run: Run;
  readonly receiver: Receiver;
  readonly #state: ReturnType<typeof temporaryState>;
  #file: SqliteEngine | undefined;
  #org: Promise<SalesforceSimulator> | undefined;
  #apps = 0;

  private constructor(run: Run, receiver: Receiver, state: ReturnType<typeof temporaryState>) {
    this.run = run;
    this.receiver = receiver;
    this.#state = state;
  }

  static async start(...args: readonly string[]): Promise<Scene> {
    const state = temporaryState();
    const receiver = await startReceiver();
    return new Scene(await LocalRun.start(state.dir, ...args), receiver, state);
  }

  /** In this process, with settings that a run on a laptop does not have. */
  static async startHere(options: Omit<LocalHostOptions, 'port' | 'state'>): Promise<Scene> {
    const state = temporaryState();
    const receiver = await startReceiver();
    const host = await startLocalHost({ ...options, port: 0, state: new LocalState(state.dir) });
    const run: Run = {
      origin: host.url,
      adminToken: host.adminToken,
      output: '',
      async api(method, path, body) {
        const response = await fetch(`${host.url}${path}`, {
          method,
          headers: { authorization: `Bearer ${host.adminToken}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, json: (await response.json()) as Json };
      },
      end: () => host.stop(),
    };
    return new Scene(run, receiver, state);
  }

  /** The run's stores, for what no use of the product creates: an unreadable message, an event that cannot be decoded. */
  get file(): SqliteEngine {
    this.#file ??= makeSqliteEngine(`${this.#state.dir}/sluice.db`);
    return this.#file;
  }

  /** A simulated org that the app is authorized for as `org`. The first call starts it. */
  async org(app: SceneApp): Promise<SalesforceSimulator> {
    this.#org ??= startSalesforceSimulator();
    const org = await this.#org;
    await app.api('POST', '/platforms/salesforce/authorizations', { alias: 'org', ...orgAuthorization(org) });
    return org;
  }

  /** An event as a version of ours that could not read it would have left it. Returns the id of its feed. */
  async quarantined(app: SceneApp, message: string): Promise<string> {
    const topic = '/event/Context__e';
    await this.org(app);
    await app.api('POST', '/platforms/salesforce/subscriptions', { name: 'contexts', topic, alias: 'org' });
    const [stored] = await this.file.stores.feeds.listOfApp(app.id);
    if (stored === undefined) throw new Error('expected a feed of the subscription');
    await this.file.stores.quarantine.put({
      feedId: stored.feed.id,
      appId: app.id,
      topic,
      cursor: Buffer.from([0, 0, 0, 1]).toString('base64'),
      eventId: 'an-event',
      schemaId: 'AAAAAAAAAAAAAAAAAAAAAA',
      payload: Buffer.from([1, 2, 3]),
      message,
      atMs: Date.now(),
    });
    return stored.feed.id;
  }

  async end(): Promise<void> {
    this.#file?.close();
    await (await this.#org)?.close();
    await this.run.end('SIGKILL');
    await this.receiver.close();
    this.#state.remove();
  }

  async app(prefix = 'shop'): Promise<SceneApp> {
    this.#apps += 1;
    const name = `${prefix}-${this.#apps}`;
    const { json } = await this.run.api('POST', '/v1/apps', { name });
    return new SceneApp(this, name, String(json['id']), String(json['token']));
  }
}

export class SceneApp {
  readonly name: string;
  readonly id: string;
  readonly token: string;
  readonly path: string;
  readonly #scene: Scene;

  constructor(scene: Scene, name: string, id: string, token: string) {
    this.#scene = scene;
    this.name = name;
    this.id = id;
    this.token = token;
    this.path = `/v1/tenants/${id}`;
  }

  /** Throws if the request is refused. */
  async api(method: string, path: string, body?: object): Promise<Json> {
    const { status, json } = await this.#scene.run.api(method, `${this.path}${path}`, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  }

  /** A webhook to the scene's receiver. */
  hook(name: string, more: object = {}): Promise<Json> {
    return this.api('POST', '/platforms/webhook/publications', {
      name,
      url: `${this.#scene.receiver.url}/${this.name}/${name}`,
      ...more,
    });
  }

  /**
   * A subscription that accepts posts, linked to a hook with a filter. Returns a function that sends it an event's data.
   */
  async inbound(
    name: string,
    { target, filter, ...more }: { target?: string; filter?: string; keep_last?: number } = {},
  ): Promise<(data: unknown, headers?: Record<string, string>) => Promise<void>> {
    const made = await this.api('POST', '/platforms/webhook/subscriptions', {
      name,
      verify: 'none',
      ...more,
    });
    if (target !== undefined) await this.api('POST', '/streams', { source: name, target, filter });
    return async (data, headers = {}) => {
      const answer = await fetch(String(made['inbound_url']), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof data === 'string' ? data : JSON.stringify(data),
      });
      if (!answer.ok)
        throw new Error(`expected the event to be taken, found ${answer.status}: ${await answer.text()}`);
    };
  }

  async deliveries(query = ''): Promise<readonly Json[]> {
    const page = await this.api('GET', `/deliveries?limit=100&${query}`);
    return page['deliveries'] as readonly Json[];
  }

  /** Waits until this many deliveries have the status. */
  async settles(status: string, count: number): Promise<readonly Json[]> {
    let found: readonly Json[] = [];
    await until(`${count} deliveries to be ${status}`, async () => {
      found = await this.deliveries(`status=${status}`);
      return found.length >= count;
    });
    return found;
  }
}
