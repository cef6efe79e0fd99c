import { makeSqliteEngine, type SqliteEngine } from '../../../src/adapters/sqlite/engine.ts';
import {
  type Json,
  LocalRun,
  type Receiver,
  startReceiver,
  temporaryState,
} from '../../support/local-run.ts';
import { until } from '../../support/salesforce.ts';

/** A real local run with a receiver over real HTTP, for the tests of a file. Each test has an app of its own. */
export class Scene {
  readonly run: LocalRun;
  readonly receiver: Receiver;
  readonly #state: ReturnType<typeof temporaryState>;
  #file: SqliteEngine | undefined;
  #apps = 0;

  private constructor(run: LocalRun, receiver: Receiver, state: ReturnType<typeof temporaryState>) {
    this.run = run;
    this.receiver = receiver;
    this.#state = state;
  }

  static async start(...args: readonly string[]): Promise<Scene> {
    const state = temporaryState();
    const receiver = await startReceiver();
    return new Scene(await LocalRun.start(state.dir, ...args), receiver, state);
  }

  /** The stores of the run, for what no way of the product makes: a message that nobody can read, an event that cannot be decoded. */
  get file(): SqliteEngine {
    this.#file ??= makeSqliteEngine(`${this.#state.dir}/sluice.db`);
    return this.#file;
  }

  async end(): Promise<void> {
    this.#file?.close();
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

  /** Throws if it is refused. */
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

  /** A subscription that takes what is posted, linked to a hook with a filter. Answers what sends it an event's data. */
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

  /** Waits until so many deliveries have the status. */
  async settles(status: string, count: number): Promise<readonly Json[]> {
    let found: readonly Json[] = [];
    await until(`${count} deliveries to be ${status}`, async () => {
      found = await this.deliveries(`status=${status}`);
      return found.length >= count;
    });
    return found;
  }
}
