import { beforeEach, expect, test } from 'vitest';
import { FarHeroku } from '../../../test/support/far-heroku.ts';
import { PassingTime } from '../../../test/support/passing-time.ts';
import { RecordedLog } from '../../../test/support/recorded-telemetry.ts';
import { aHerokuResource } from '../../../test/support/records.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { type HerokuResource, herokuSecretContext } from '../../domain/heroku-resources/heroku-resource.ts';
import { herokuAccessToken } from './heroku-grant.ts';
import { freshLogUrl, type HerokuLogUrlPorts } from './heroku-log-url.ts';

type Answer = Awaited<ReturnType<HerokuLogUrlPorts['findLogInputUrl']>>;

let far: FarHeroku;
let log: RecordedLog;
let ports: Omit<HerokuLogUrlPorts, 'findLogInputUrl'>;

beforeEach(() => {
  far = new FarHeroku();
  log = new RecordedLog();
  const time = new PassingTime();
  const { herokuResources } = makeMemoryStores();
  ports = {
    herokuResources,
    herokuPlatform: far,
    secrets: new MemorySecretBox(),
    clock: time,
    timers: time,
    log,
  };
});

async function granted(): Promise<HerokuResource> {
  const { uuid, code } = far.grant();
  const plain = aHerokuResource({ uuid });
  const grantCode = await ports.secrets.encrypt(code, herokuSecretContext(plain, 'grantCode'));
  const codeExpiresAtMs = ports.clock.now() + 300_000;
  const resource: HerokuResource = {
    ...plain,
    secrets: { grantCode },
    grant: { state: 'waiting', codeExpiresAtMs, tryAtMs: 0 },
  };
  await ports.herokuResources.create(resource);
  await herokuAccessToken(ports, uuid);
  const stored = await ports.herokuResources.get(uuid);
  if (stored === undefined) throw new Error('expected the resource');
  return stored;
}

/** Gives these answers, and records the tokens that it was asked with. */
function finding(...answers: readonly Answer[]) {
  const left = [...answers];
  const tokens: string[] = [];
  const findLogInputUrl = async (_uuid: string, token: string): Promise<Answer> => {
    tokens.push(token);
    return left.shift() ?? { kind: 'unauthorized' };
  };
  return { findLogInputUrl, tokens };
}

test('Heroku is asked with the token of the resource', async () => {
  const resource = await granted();
  const { findLogInputUrl, tokens } = finding({ kind: 'url', url: 'https://a' });
  expect(await freshLogUrl({ ...ports, findLogInputUrl }, resource)).toBe('https://a');
  expect(tokens).toHaveLength(1);
});

test('a token that is refused is refreshed once', async () => {
  const resource = await granted();
  const { findLogInputUrl, tokens } = finding({ kind: 'unauthorized' }, { kind: 'url', url: 'https://a' });
  expect(await freshLogUrl({ ...ports, findLogInputUrl }, resource)).toBe('https://a');
  expect(new Set(tokens).size).toBe(2);
});

test('an app whose log takes no lines has no URL, which is no failure', async () => {
  const resource = await granted();
  const { findLogInputUrl } = finding({ kind: 'url', url: undefined });
  expect(await freshLogUrl({ ...ports, findLogInputUrl }, resource)).toBeUndefined();
  expect(log.entries).toEqual([]);
});

test.each<[string, readonly Answer[], string]>([
  ['is not available', [{ kind: 'unavailable', reason: 'http-503' }], 'http-503'],
  [
    'refuses the refreshed token as well',
    [{ kind: 'unauthorized' }, { kind: 'unauthorized' }],
    'unauthorized',
  ],
])('Heroku %s: it is said, and asked no more', async (_what, answers, reason) => {
  const resource = await granted();
  const { findLogInputUrl, tokens } = finding(...answers);
  expect(await freshLogUrl({ ...ports, findLogInputUrl }, resource)).toBeUndefined();
  expect(log.of('APP_LOG_URL_UNKNOWN')).toEqual([{ appId: resource.appId, uuid: resource.uuid, reason }]);
  expect(tokens).toHaveLength(answers.length);
});

test('a grant that is still to be exchanged is left to those who exchange it', async () => {
  const resource = aHerokuResource({ grant: { state: 'waiting', codeExpiresAtMs: 1, tryAtMs: 0 } });
  const { findLogInputUrl, tokens } = finding();
  expect(await freshLogUrl({ ...ports, findLogInputUrl }, resource)).toBeUndefined();
  expect([tokens, far.asked]).toEqual([[], []]);
});

test('without a grant nobody is asked, and it is said', async () => {
  const resource = aHerokuResource();
  await ports.herokuResources.create(resource);
  const { findLogInputUrl, tokens } = finding();
  expect(await freshLogUrl({ ...ports, findLogInputUrl }, resource)).toBeUndefined();
  expect(tokens).toEqual([]);
  expect(log.of('APP_LOG_URL_UNKNOWN')).toMatchObject([{ reason: expect.stringContaining('no grant') }]);
});
