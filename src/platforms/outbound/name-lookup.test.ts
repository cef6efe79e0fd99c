import { createSocket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { Resolver, lookup as systemLookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../test/support/test-clock.ts';
import { AddressNotPublicError } from './address.ts';
import { FAILED_NAME_MS, LOOKUPS_PER_APP_MAX, NameLookup } from './name-lookup.ts';
import { DnsResolver, NameError } from './name-resolver.ts';

function harness(allowLoopback = false) {
  const clock = new TestClock();
  const asked: string[] = [];
  const answers = new Map<string, readonly string[] | Error | Promise<readonly LookupAddress[]>>();
  const names = new NameLookup({
    clock,
    addresses: { allowLoopback },
    resolver: {
      async resolve(name) {
        asked.push(name);
        const answer = answers.get(name) ?? ['93.184.216.34'];
        if (answer instanceof Error) throw answer;
        if (answer instanceof Promise) return answer;
        return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    },
  });
  return { clock, asked, answers, names };
}

/** What a socket gets: addresses or an error. */
function lookUp(lookup: LookupFunction, name: string, all = true): Promise<unknown> {
  return new Promise((resolve) => {
    lookup(name, { all }, (error, addresses) => resolve(error ?? addresses));
  });
}

const NEVER = new Promise<readonly LookupAddress[]>(() => undefined);
const unresolved = (isOfName = true) => new NameError('NAME_NOT_RESOLVED', 'expected an answer', isOfName);

describe('the look-up of a socket', () => {
  it('hands over all addresses, or the first where one is asked for', async () => {
    const { names, answers } = harness();
    answers.set('example.com', ['93.184.216.34', '2606:4700::1111']);
    expect(await lookUp(names.forOneApp(), 'example.com')).toEqual([
      { address: '93.184.216.34', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
    expect(await lookUp(names.forOneApp(), 'Example.COM.', false)).toBe('93.184.216.34');
  });

  it.each([
    [['10.0.0.1', '93.184.216.34']],
    [['93.184.216.34', '10.0.0.1']],
    [['93.184.216.34', '2606:4700::1111', '::1']],
    [['127.0.0.1']],
  ])('hands over none of %s, of which one is not public', async (addresses) => {
    const { names, answers } = harness();
    answers.set('example.com', addresses);
    expect(await lookUp(names.forOneApp(), 'example.com')).toBeInstanceOf(AddressNotPublicError);
  });

  it('hands over loopback where that is allowed', async () => {
    const { names, answers } = harness(true);
    answers.set('example.com', ['127.0.0.1']);
    expect(await lookUp(names.forOneApp(), 'example.com')).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });

  it('asks for a name that failed only after a while, whichever app wants it', async () => {
    const { names, answers, asked, clock } = harness();
    answers.set('example.com', unresolved());
    expect(await lookUp(names.forOneApp(), 'example.com')).toBeInstanceOf(NameError);
    clock.advance(FAILED_NAME_MS);
    expect(await lookUp(names.forOneApp(), 'example.com')).toBeInstanceOf(NameError);
    expect(asked).toHaveLength(1);
    answers.delete('example.com');
    clock.advance(1);
    expect(await lookUp(names.forOneApp(), 'example.com')).toHaveLength(1);
  });

  it('asks again at once when our own name server failed', async () => {
    const { names, answers, asked } = harness();
    answers.set('example.com', unresolved(false));
    expect(await lookUp(names.forOneApp(), 'example.com')).toBeInstanceOf(NameError);
    answers.delete('example.com');
    expect(await lookUp(names.forOneApp(), 'example.com')).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it('asks once for all who want a name at the same time', async () => {
    const { names, asked } = harness();
    const lookup = names.forOneApp();
    await Promise.all(Array.from({ length: 20 }, () => lookUp(lookup, 'example.com')));
    expect(asked).toEqual(['example.com']);
  });

  it("does not wait for another app's names", async () => {
    const { names, answers, asked } = harness();
    const slow = Array.from({ length: LOOKUPS_PER_APP_MAX + 3 }, (_, n) => `${n}.example.com`);
    const lookup = names.forOneApp();
    for (const name of slow) {
      answers.set(name, NEVER);
      void lookUp(lookup, name);
    }
    expect(await lookUp(names.forOneApp(), 'example.org')).toHaveLength(1);
    // Nor for a name that the other app waits for, too.
    answers.delete(slow.at(-1) ?? '');
    expect(await lookUp(names.forOneApp(), slow.at(-1) ?? '')).toHaveLength(1);
    expect(asked).toEqual([...slow.slice(0, LOOKUPS_PER_APP_MAX), 'example.org', slow.at(-1)]);
  });

  it('holds no thread of the process: a look-up of the system goes on beside names that nobody answers for', async () => {
    const nameServer = createSocket('udp4').bind(0, '127.0.0.1');
    await once(nameServer, 'listening');
    const { port } = nameServer.address();
    const ask = () => {
      const questions = new Resolver({ timeout: 500, tries: 1 });
      questions.setServers([`127.0.0.1:${port}`]);
      return questions;
    };
    const names = new NameLookup({
      clock: new TestClock(),
      addresses: { allowLoopback: true },
      resolver: new DnsResolver({ ask }),
    });
    const ended: string[] = [];
    const slow = Array.from({ length: 8 }, async (_, n) => {
      await lookUp(names.forOneApp(), `${n}.example.com`);
      ended.push('slow');
    });
    await systemLookup('localhost');
    ended.push('localhost');
    await Promise.all(slow);
    nameServer.close();
    expect(ended[0]).toBe('localhost');
  });
});
