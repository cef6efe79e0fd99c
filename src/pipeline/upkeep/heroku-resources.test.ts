import { beforeEach, describe, expect, it } from 'vitest';
import { overridden } from '../../../test/support/api-under-test.ts';
import { FarHeroku } from '../../../test/support/far-heroku.ts';
import { PassingTime } from '../../../test/support/passing-time.ts';
import { aHerokuResource, anApp, anAuthorization } from '../../../test/support/records.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import {
  type HerokuResource,
  herokuSecretContext,
  withDue,
} from '../../domain/heroku-resources/heroku-resource.ts';
import { herokuAccessToken } from './heroku-grant.ts';
import { attendHerokuResources, type HerokuUpkeepPorts } from './heroku-resources.ts';

const HOUR_MS = 3_600_000;
let far: FarHeroku;
let time: PassingTime;
let ports: HerokuUpkeepPorts;
let logged: string[];
let revoked: string[];
let uuid: string;

beforeEach(() => {
  far = new FarHeroku();
  time = new PassingTime();
  logged = [];
  revoked = [];
  ports = {
    ...makeMemoryStores(),
    herokuPlatform: far,
    grant: { revoke: async ({ alias }) => void revoked.push(alias) },
    secrets: new MemorySecretBox(),
    clock: time,
    timers: time,
    log: { write: (code) => logged.push(code) },
  };
});

const stored = async () => {
  const resource = await ports.herokuResources.get(uuid);
  if (resource === undefined) throw new Error('expected the resource');
  return resource;
};

/** A resource whose code has not been exchanged. */
async function waiting(given: Partial<HerokuResource> = {}): Promise<void> {
  const grant = far.grant();
  ({ uuid } = grant);
  const plain = aHerokuResource({ uuid, ...given });
  await ports.apps.create(anApp({ id: plain.appId, name: plain.appId }));
  const grantCode = await ports.secrets.encrypt(grant.code, herokuSecretContext(plain, 'grantCode'));
  await ports.herokuResources.create(
    withDue({
      ...plain,
      secrets: { grantCode },
      grant: { state: 'waiting', codeExpiresAtMs: time.now() + 300_000, tryAtMs: time.now() + 30_000 },
    }),
  );
}

async function granted(): Promise<string> {
  await waiting();
  return tokenOf(await herokuAccessToken(ports, uuid));
}

function tokenOf(access: Awaited<ReturnType<typeof herokuAccessToken>>): string {
  if (access.kind !== 'token') throw new Error(`expected a token, found ${access.kind}: ${access.message}`);
  return access.accessToken;
}

describe('a grant', () => {
  it('is exchanged once, however many ask at once', async () => {
    await waiting();
    const all = await Promise.all(Array.from({ length: 6 }, () => herokuAccessToken(ports, uuid)));
    expect(new Set(all.map(tokenOf)).size).toBe(1);
    expect(far.asked).toEqual(['exchange']);
  });

  it('is exchanged by the schedule, but not while a request may be at it', async () => {
    await waiting();
    await attendHerokuResources(ports);
    expect(far.asked).toEqual([]);
    time.advance(30_000);
    await attendHerokuResources(ports);
    expect((await stored()).grant.state).toBe('granted');
  });

  it('is tried each minute while its code is good, and is lost then', async () => {
    await waiting();
    for (let minute = 1; minute <= 5; minute += 1) {
      time.advance(60_000);
      far.failures.push({ kind: 'unavailable', message: 'down' });
      await attendHerokuResources(ports);
      expect((await stored()).grant.state).toBe(minute < 5 ? 'waiting' : 'lost');
    }
    expect(logged.filter((code) => code === 'HEROKU_GRANT_LOST')).toHaveLength(1);
    time.advance(48 * HOUR_MS);
    expect(await attendHerokuResources(ports)).toBe(0);
    expect(await herokuAccessToken(ports, uuid)).toMatchObject({ kind: 'none', message: 'down' });
    expect(far.asked).toHaveLength(5);
  });

  it('that is refused while its code is good is tried again: it may be our client secret', async () => {
    await waiting();
    far.failures.push({ kind: 'refused', isUnauthorized: true, message: 'wrong secret' });
    expect(await herokuAccessToken(ports, uuid)).toMatchObject({ kind: 'unavailable' });
    time.advance(60_000);
    await attendHerokuResources(ports);
    expect((await stored()).grant.state).toBe('granted');
  });

  it('long past its time is not even asked for', async () => {
    await waiting();
    time.advance(300_000 + 60_001);
    expect(await herokuAccessToken(ports, uuid)).toMatchObject({ kind: 'none' });
    expect(far.asked).toEqual([]);
  });

  it('whose answer cannot be stored at once is stored later: it comes once', async () => {
    await waiting();
    let failures = 3;
    const { herokuResources } = ports;
    ports = {
      ...ports,
      herokuResources: overridden(herokuResources, {
        async update(resource) {
          if (resource.grant.state === 'granted' && failures > 0) {
            failures -= 1;
            throw new Error('the table does not answer');
          }
          return herokuResources.update(resource);
        },
      }),
    };
    tokenOf(await herokuAccessToken(ports, uuid));
    expect((await stored()).grant.state).toBe('granted');
  });

  it('is taken up by another when who asked died', async () => {
    await waiting({ grantBusyUntilMs: time.now() + 30_000 });
    const begunAtMs = time.now();
    tokenOf(await herokuAccessToken(ports, uuid));
    expect(time.now() - begunAtMs).toBe(30_000);
  });

  it('of a resource that is removed meanwhile is stored nowhere', async () => {
    await waiting();
    far.before = async () => {
      await ports.herokuResources.update({ ...(await stored()), state: 'removed', secrets: {} });
    };
    expect(await herokuAccessToken(ports, uuid)).toMatchObject({ kind: 'none' });
    expect((await stored()).secrets).toEqual({});
  });
});

describe('an access token', () => {
  it('is kept, and refreshed half an hour before its end', async () => {
    const first = await granted();
    expect(tokenOf(await herokuAccessToken(ports, uuid))).toBe(first);
    time.advance(8 * HOUR_MS - 1_000 - 30 * 60_000 - 1);
    expect(await attendHerokuResources(ports)).toBe(0);
    time.advance(1);
    expect(await attendHerokuResources(ports)).toBe(1);
    expect(far.asked).toEqual(['exchange', 'refresh']);
    expect(tokenOf(await herokuAccessToken(ports, uuid))).not.toBe(first);
  });

  it('that was refused is refreshed once by all who met that', async () => {
    const first = await granted();
    const all = await Promise.all(
      Array.from({ length: 4 }, () => herokuAccessToken(ports, uuid, { refusedToken: first })),
    );
    expect(new Set(all.map(tokenOf)).size).toBe(1);
    expect(far.asked).toEqual(['exchange', 'refresh']);
  });

  it('is used while refreshing it fails', async () => {
    const first = await granted();
    time.advance(8 * HOUR_MS - 20 * 60_000);
    far.failures.push({ kind: 'unavailable', message: 'down' });
    await attendHerokuResources(ports);
    expect(tokenOf(await herokuAccessToken(ports, uuid))).toBe(first);
    time.advance(60_000);
    await attendHerokuResources(ports);
    expect(tokenOf(await herokuAccessToken(ports, uuid))).not.toBe(first);
  });

  it('of which nothing is left is asked for each hour, and told of once', async () => {
    await granted();
    far.revoke(uuid);
    time.advance(8 * HOUR_MS);
    for (let hour = 0; hour < 3; hour += 1) {
      await attendHerokuResources(ports);
      expect((await stored()).grant.state).toBe('lost');
      time.advance(HOUR_MS);
    }
    expect(far.asked).toEqual(['exchange', 'refresh', 'refresh', 'refresh']);
    expect(logged.filter((code) => code === 'HEROKU_GRANT_LOST')).toHaveLength(1);
  });

  it('comes back when it was our client secret that was wrong', async () => {
    await granted();
    time.advance(8 * HOUR_MS);
    far.failures.push({ kind: 'refused', isUnauthorized: true, message: 'wrong secret' });
    await attendHerokuResources(ports);
    expect((await stored()).grant.state).toBe('lost');
    time.advance(HOUR_MS);
    await attendHerokuResources(ports);
    expect((await stored()).grant.state).toBe('granted');
  });
});

describe('a token of more than a week', () => {
  it('is left alone till its time has come', async () => {
    far.expiresInMs = 30 * 24 * HOUR_MS;
    await granted();
    time.advance(6 * 24 * HOUR_MS);
    expect(await attendHerokuResources(ports)).toBe(0);
    time.advance(24 * HOUR_MS);
    expect(await attendHerokuResources(ports)).toBe(1);
    expect(far.asked).toEqual(['exchange', 'refresh']);
  });
});

describe('a resource that cannot be attended', () => {
  it('keeps no other from being attended, and is told of', async () => {
    await waiting();
    const others = [uuid];
    for (let count = 0; count < 45; count += 1) {
      await waiting();
      others.push(uuid);
    }
    const poisoned = new Set(others.slice(0, 41));
    const { herokuResources } = ports;
    ports = {
      ...ports,
      herokuResources: overridden(herokuResources, {
        async get(id) {
          if (poisoned.has(id)) throw new Error('cannot be read');
          return herokuResources.get(id);
        },
      }),
    };
    time.advance(30_000);
    await attendHerokuResources(ports);
    expect(far.asked).toHaveLength(5);
    expect(logged.filter((code) => code === 'HEROKU_RESOURCE_NOT_ATTENDED')).toHaveLength(41);
  });
});

describe('the end of a resource', () => {
  it('that a request did not get to ends the grants of its app at Salesforce', async () => {
    await waiting({ state: 'removing', busyUntilMs: time.now() });
    const { appId } = await stored();
    await ports.authorizations.create(anAuthorization({ appId, alias: 'production' }));
    await attendHerokuResources(ports);
    expect(revoked).toEqual(['production']);
    expect(await ports.apps.list()).toEqual([]);
    expect(await stored()).toMatchObject({ state: 'removed', secrets: {} });
  });

  it('comes when an administrator has deleted its app, and with it the end of its tokens', async () => {
    await granted();
    await ports.apps.remove((await stored()).appId);
    time.advance(8 * HOUR_MS);
    await attendHerokuResources(ports);
    expect(far.asked).toEqual(['exchange']);
    expect(await stored()).toMatchObject({ state: 'removed', secrets: {} });
    time.advance(48 * HOUR_MS);
    expect(await attendHerokuResources(ports)).toBe(0);
  });

  it('that dies halfway is tried again after five minutes', async () => {
    await waiting({ state: 'removing', busyUntilMs: time.now() });
    const { apps } = ports;
    ports = {
      ...ports,
      apps: overridden(apps, {
        async remove() {
          throw new Error('killed');
        },
      }),
    };
    await attendHerokuResources(ports);
    ports = { ...ports, apps };
    time.advance(5 * 60_000 - 1);
    expect(await attendHerokuResources(ports)).toBe(0);
    time.advance(1);
    await attendHerokuResources(ports);
    expect((await stored()).state).toBe('removed');
  });
});
