import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { DnsResolver, LocalNameResolver, NameError, type Questions } from './name-resolver.ts';

type Answer = readonly string[] | string | Promise<string[]>;

const NEVER = new Promise<string[]>(() => undefined);

/** A list of addresses, an error code, or a promise of either. */
function answered(answer: Answer): Promise<string[]> {
  if (answer instanceof Promise) return answer;
  if (typeof answer !== 'string') return Promise.resolve([...answer]);
  return Promise.reject(Object.assign(new Error(answer), { code: answer }));
}

function harness(ipv4: Answer, ipv6: Answer) {
  const time = new VirtualTime();
  let cancels = 0;
  const questions = {
    resolve4: () => answered(ipv4),
    resolve6: () => answered(ipv6),
    cancel: () => {
      cancels += 1;
    },
  };
  const resolver = new DnsResolver({ timers: time, ask: () => questions as unknown as Questions });
  const resolve = () => resolver.resolve('example.com').catch((error: unknown) => error);
  return { time, resolve, cancels: () => cancels };
}

const V4 = { address: '192.0.2.1', family: 4 };
const V6 = { address: '2001:db8::1', family: 6 };

describe('the addresses of a name', () => {
  it.each<[string, Answer, Answer, unknown]>([
    ['of both kinds', ['192.0.2.1'], ['2001:db8::1'], [V4, V6]],
    ['of IPv4', ['192.0.2.1'], 'ENODATA', [V4]],
    ['of IPv6', 'ENODATA', ['2001:db8::1'], [V6]],
    ['of IPv4 while IPv6 fails', ['192.0.2.1'], 'ESERVFAIL', [V4]],
  ])('are those %s', async (_what, ipv4, ipv6, expected) => {
    const { time, resolve } = harness(ipv4, ipv6);
    expect(await time.passUntil(resolve())).toEqual(expected);
    expect(time.pendingCount).toBe(0);
  });

  it('of one kind are not waited for longer than a moment when the other is known', async () => {
    const { time, resolve, cancels } = harness(['192.0.2.1'], NEVER);
    expect(await time.passUntil(resolve())).toEqual([V4]);
    expect(time.elapsedMs()).toBe(250);
    expect(cancels()).toBe(1);
  });

  it('are waited for less long than a connection', async () => {
    const { time, resolve, cancels } = harness(NEVER, NEVER);
    expect(await time.passUntil(resolve())).toMatchObject({ code: 'NAME_NOT_RESOLVED', isOfName: true });
    expect(time.elapsedMs()).toBe(3_000);
    expect(cancels()).toBe(1);
  });

  it.each([
    ['ENOTFOUND', 'ENOTFOUND', 'NAME_NOT_FOUND', true],
    ['ENODATA', 'ENODATA', 'NAME_NOT_FOUND', true],
    ['ENODATA', 'ESERVFAIL', 'NAME_NOT_RESOLVED', true],
    ['ETIMEOUT', 'ETIMEOUT', 'NAME_NOT_RESOLVED', true],
    ['ECONNREFUSED', 'ECONNREFUSED', 'NAME_NOT_RESOLVED', false],
  ])('that end as %s and %s are %s', async (ipv4, ipv6, code, isOfName) => {
    const { time, resolve } = harness(ipv4, ipv6);
    const error = await time.passUntil(resolve());
    expect(error).toBeInstanceOf(NameError);
    expect(error).toMatchObject({ code, isOfName });
  });
});

describe('names on a laptop', () => {
  let dir: string;
  let hostsFile: string;
  const nameServers = { resolve: async () => [V6] };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sluice-hosts-'));
    hostsFile = join(dir, 'hosts');
    writeFileSync(
      hostsFile,
      '# mine\n127.0.0.9\tApp.test  other.test # here\r\n::1 app.test\nbad app.test\n',
    );
  });
  afterAll(() => rm(dir, { recursive: true }));

  it.each([
    ['localhost', ['127.0.0.1', '::1']],
    ['hooks.localhost', ['127.0.0.1', '::1']],
    ['app.test', ['127.0.0.9', '::1']],
    ['other.test', ['127.0.0.9']],
    ['here', ['2001:db8::1']],
    ['example.com', ['2001:db8::1']],
  ])('%s is at %s', async (name, expected) => {
    const found = await new LocalNameResolver(nameServers, hostsFile).resolve(name);
    expect(found.map(({ address }) => address)).toEqual(expected);
  });

  it('are found without a hosts file', async () => {
    const resolver = new LocalNameResolver(nameServers, join(dir, 'none'));
    expect(await resolver.resolve('example.com')).toEqual([V6]);
  });
});
