import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PublishError, Publisher } from '../../clients/node/src/index.ts';
import { EVENT_BYTES_MAX } from '../../src/domain/events/event.ts';
import { PUBLISH_BATCH_MAX } from '../../src/pipeline/publish/read-request.ts';
import { LocalRun, publisher as rawPublisher, startReceiver, temporaryState } from '../support/local-run.ts';

// The library as others get it: built, packed, and used by its README's examples as processes, against a local run.

const CLIENT = join(import.meta.dirname, '../../clients/node');
const MODULES = join(import.meta.dirname, '../../node_modules');
const state = temporaryState();
const folder = mkdtempSync(join(tmpdir(), 'sluice-client-'));
const packed = join(folder, 'node_modules/sluice-client');
const [publishExample = '', receiveExample = ''] = [
  ...readFileSync(join(CLIENT, 'README.md'), 'utf8').matchAll(/```js\n([\s\S]*?)```/g),
].map(([, code]) => code);
let run: LocalRun;
let shop: App;
const processes: ChildProcess[] = [];

interface App {
  readonly path: string;
  readonly publishUrl: string;
}

beforeAll(async () => {
  mkdirSync(packed, { recursive: true });
  const compiler = join(MODULES, 'typescript-7/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', CLIENT, '--outDir', join(packed, 'dist')]);
  for (const file of ['package.json', 'README.md', 'LICENSE']) {
    copyFileSync(join(CLIENT, file), join(packed, file));
  }
  writeFileSync(join(folder, 'publish.mjs'), publishExample);
  writeFileSync(join(folder, 'receive.mjs'), receiveExample);
  run = await LocalRun.start(state.dir, '--no-demo');
  shop = await createApp('shop');
});
afterAll(async () => {
  for (const child of processes) child.kill();
  await run.end('SIGINT');
  state.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function createApp(name: string): Promise<App> {
  const { json } = await run.api('POST', '/v1/apps', { name });
  return { path: `/v1/tenants/${String(json['id'])}`, publishUrl: String(json['publish_url']) };
}

/** Returns its signing secret. */
async function createWebhook(app: App, webhook: object): Promise<string> {
  const { status, json } = await run.api('POST', `${app.path}/platforms/webhook/publications`, webhook);
  if (status !== 201) throw new Error(`expected a publication, found ${JSON.stringify(json)}`);
  return String(json['signing_secret']);
}

/** Runs an example as a process. */
function example(file: string, environment: Record<string, string>) {
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, ...environment } });
  processes.push(child);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const ended = once(child, 'close');
  return {
    /** Returns its output, once all of these texts are in it. */
    async prints(...texts: readonly (string | RegExp)[]): Promise<void> {
      while (!texts.every((each) => output.search(each) >= 0)) {
        if (child.exitCode !== null) throw new Error(`expected ${texts.join()}, found ${output}${errors}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
    async end(): Promise<void> {
      child.kill();
      await ended;
    },
    async ends(): Promise<{ readonly output: string; readonly errors: string }> {
      await ended;
      return { output, errors };
    },
  };
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('expected a port');
  return String(address.port);
}

describe('the package', () => {
  it('has what was built, its types, README and licence, and needs nothing', () => {
    const [{ files }] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: packed,
        encoding: 'utf8',
      }),
    ) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts']),
    );
    expect(paths.filter((path) => /test|\.ts$(?<!\.d\.ts)/.test(path))).toEqual([]);
    const manifest = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as object;
    expect(Object.keys(manifest).filter((name) => /dependencies|private|workspaces/i.test(name))).toEqual([]);
  });

  it('has types that a strict project takes, without any library of types', () => {
    writeFileSync(
      join(folder, 'typed.mts'),
      `import { Publisher, verify, type VerifiedWebhook } from 'sluice-client';
export const id: Promise<string> = new Publisher('https://u:p@h').publish('a', { b: 1n });
export const seen: VerifiedWebhook<{ a: number }> = verify({ headers: {}, body: new Uint8Array() }, ['s']);
// @ts-expect-error: a text is not the bytes as they came
verify({ headers: {}, body: 'text' }, 's');
`,
    );
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'dom'],
      types: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.mts'] }));
    const { stdout } = spawnSync(process.execPath, [join(MODULES, 'typescript-7/bin/tsc')], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });
});

describe('the examples of the README', () => {
  it.each(['structured', 'binary', 'batch'])(
    'publish three events, and receive them in %s mode while the secret is replaced',
    async (contentMode) => {
      const app = await createApp(`shop-${contentMode}`);
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      const former = await createWebhook(app, { name: 'systemStatus', url, content_mode: contentMode });
      const { json } = await run.api('POST', `${app.path}/publications/systemStatus/secret`, {});
      const secrets = `${former} ${String(json['signing_secret'])}`;
      expect(secrets).toMatch(/^whsec_\S+ whsec_\S+$/);
      const receiver = example('receive.mjs', { PORT: port, SIGNING_SECRETS: secrets });
      await receiver.prints('listening');
      const sender = await example('publish.mjs', { HEROKUEVENTS_PUBLISH_URL: app.publishUrl }).ends();
      expect(sender.errors).toBe('');
      const ids = sender.output.trim().split('\n');
      expect(ids).toHaveLength(3);
      await receiver.prints(...ids, 'check.passed', 'check.failed');
      await receiver.end();
    },
  );
});

describe('against the service', () => {
  it('splits where the service would refuse, also what its queue counts as more', async () => {
    const receiver = await startReceiver();
    await createWebhook(shop, { name: 'large', url: receiver.url });
    const client = new Publisher(shop.publishUrl);
    // Characters beyond U+FFFF take four bytes here and twelve in the queue.
    const events = Array.from({ length: 6 }, (_, n) => ({
      id: `large-${n}`,
      source: '/s',
      type: 't',
      data: '😀'.repeat(30_000),
    }));
    const ids = await client.publishEvents('large', events);
    expect(ids).toEqual(events.map(({ id }) => id));
    await receiver.until((received) => received.length >= events.length);
    expect(new Set(receiver.received.map(({ event }) => event['id']))).toEqual(new Set(ids));
    await receiver.close();
  });

  it('has the limits of the service: what fits is taken, and one byte or one event more is not', async () => {
    const receiver = await startReceiver();
    await createWebhook(shop, { name: 'limits', url: receiver.url });
    const client = new Publisher(shop.publishUrl);
    const time = '2026-11-29T00:00:00Z';
    const event = (length: number) => ({ id: 'e', source: '/s', type: 't', time, data: 'x'.repeat(length) });
    const envelope = JSON.stringify({
      ...event(0),
      specversion: '1.0',
      subject: 'limits',
      datacontenttype: 'application/json',
    });
    // One byte for the line break that the service puts before each event.
    const fits = EVENT_BYTES_MAX - envelope.length - 1;
    expect(await client.publishEvents('limits', [event(fits)])).toEqual(['e']);
    await expect(client.publishEvents('limits', [event(fits + 1)])).rejects.toThrow(/found 1044481/);
    const post = rawPublisher(shop.publishUrl);
    const batch = (...events: readonly object[]) =>
      post('limits', JSON.stringify(events.map((each) => ({ ...each, specversion: '1.0' }))), {
        'content-type': 'application/cloudevents-batch+json',
      });
    expect((await batch(event(fits + 1))).status).toBe(413);
    const most = Array<object>(PUBLISH_BATCH_MAX).fill(event(1));
    expect((await batch(...most)).status).toBe(202);
    expect((await batch(...most, event(1))).status).toBe(413);
    await receiver.close();
  });

  it.each([
    ['an unknown publication', 'nowhere', 404, 'not-found', /publication of this app/],
    ['another password', 'limits', 401, 'invalid-credentials', /sluice config/],
  ])('says what the service says of %s', async (_what, publication, status, problemId, message) => {
    const url = new URL(shop.publishUrl);
    if (status === 401) url.password = 'another';
    const error: unknown = await new Publisher(url.href)
      .publish(publication, {})
      .catch((each: unknown) => each);
    if (!(error instanceof PublishError)) throw new Error(`expected a PublishError, found ${String(error)}`);
    expect(error).toMatchObject({ name: 'PublishRefusedError', status, problemId, attempts: 1 });
    expect(error.message).toMatch(message);
  });
});
