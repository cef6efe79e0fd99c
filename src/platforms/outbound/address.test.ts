import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { addressRules } from '../webhook/index.ts';
import { checkWebhookUrl, connectionFault, IPV4_DENIED, IPV6_DENIED, isPublicAddress } from './address.ts';

describe('a public address', () => {
  it.each([
    '93.184.216.34',
    '8.8.8.8',
    '2606:4700:4700::1111',
    '2a00:1450:4001:830::200e',
    '2001:200::1',
    '::ffff:8.8.8.8',
    '3ffe:ffff::1',
  ])('%s is one', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '169.254.170.2',
    '100.64.0.1',
    '192.0.0.8',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '192.88.99.1',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '64:ff9b::7f00:1',
    '2001:0:53aa:64c:0:1234:5678:9abc',
    '2001:2::1',
    '2001:1ff:ffff::1',
    '2620:4f:8000::1',
    '::127.0.0.1',
    '::8.8.8.8',
    '0:0:0:0:0:0:8.8.8.8',
    '::7f00:1',
    '::2',
    '1::1',
    '200::1',
    '1fff:ffff::1',
    '4000::1',
    'e000::1',
    '100:0:0:1::1',
    '64:ff9b:1::1',
    '3fff::1',
    '5f00::1',
    '100::1',
    'not an address',
  ])('%s is none', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a denied range', () => {
  it.each([...IPV4_DENIED, ...IPV6_DENIED])(
    '$range ($what) is denied from its first to its last address',
    ({ range }) => {
      const [network, bits] = ipaddr.parseCIDR(range);
      const isFour = network.kind() === 'ipv4';
      const first = network.toByteArray();
      const last = first.map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, bits - index * 8))));
      for (const bytes of [first, last]) {
        const address = ipaddr.fromByteArray(bytes).toString();
        expect([address, isPublicAddress(address)]).toEqual([address, false]);
        if (isFour) expect(isPublicAddress(`::ffff:${address}`)).toBe(false);
      }
      // No row is covered by another row or by the rule for IPv6: each neighbour that no other row covers is public.
      const others = [...IPV4_DENIED, ...IPV6_DENIED].filter((row) => row.range !== range);
      for (const bytes of [before(first), after(last)]) {
        if (bytes === undefined) continue;
        const address = ipaddr.fromByteArray(bytes);
        const isOfAnother = others.some((row) => {
          const [otherNetwork, otherBits] = ipaddr.parseCIDR(row.range);
          return otherNetwork.kind() === address.kind() && address.match(otherNetwork, otherBits);
        });
        expect([address.toString(), isPublicAddress(address.toString())]).toEqual([
          address.toString(),
          !isOfAnother,
        ]);
      }
    },
  );

  it('is shown in docs/security.md, and no other is', () => {
    const docs = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8');
    const rows = [...docs.matchAll(/^\| `([\d.:a-f]+\/\d+)` \| (.*) \|$/gm)].map(([, range, what]) => ({
      range,
      what,
    }));
    expect(rows).toEqual([...IPV4_DENIED, ...IPV6_DENIED]);
  });
});

/** The address before or after, if there is one. */
function before(bytes: readonly number[]): number[] | undefined {
  return step(bytes, -1);
}
function after(bytes: readonly number[]): number[] | undefined {
  return step(bytes, 1);
}
function step(bytes: readonly number[], by: 1 | -1): number[] | undefined {
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`) + BigInt(by);
  if (value < 0n || value >= 1n << BigInt(bytes.length * 8)) return undefined;
  return [...Buffer.from(value.toString(16).padStart(bytes.length * 2, '0'), 'hex')];
}

describe('a connection', () => {
  const strict = { allowLoopback: false };
  it.each([
    ['example.com', 443, strict, undefined],
    ['example.com', 8_443, strict, undefined],
    ['example.com', 25, strict, 'PortNotAllowedError'],
    ['example.com', 80, strict, 'PortNotAllowedError'],
    ['example.com', 8_080, { ...strict, ports: [{ first: 8_000, last: 8_999 }] }, undefined],
    ['example.com', 443, { ...strict, ports: [{ first: 8_000, last: 8_999 }] }, 'PortNotAllowedError'],
    ['8.8.8.8', 443, strict, undefined],
    ['10.0.0.1', 443, strict, 'AddressNotPublicError'],
    ['[fd00:ec2::254]', 443, strict, 'AddressNotPublicError'],
    ['127.0.0.1', 443, strict, 'AddressNotPublicError'],
    ['127.0.0.1', 3_000, { allowLoopback: true }, undefined],
    ['[::1]', 3_000, { allowLoopback: true }, undefined],
    ['localhost', 3_000, { allowLoopback: true }, undefined],
    ['localhost', 3_000, strict, 'PortNotAllowedError'],
    ['10.0.0.1', 443, { allowLoopback: true }, 'AddressNotPublicError'],
  ])('to %s:%i is judged before it is tried', (host, port, policy, fault) => {
    expect(connectionFault(host, port, policy)?.name).toBe(fault);
  });
});

describe('a webhook URL', () => {
  const strict = { allowLoopback: false };
  const local = { allowLoopback: true };

  it.each(['https://example.com/hooks', 'https://example.com:8443/a?b=c'])('%s is taken', (url) => {
    expect(checkWebhookUrl(url, strict, 2_048).ok).toBe(true);
  });

  it.each(['http://127.0.0.1:8080/x', 'http://localhost:3000', 'http://[::1]:80/', 'https://localhost/'])(
    '%s is taken in a local run only',
    (url) => {
      expect(checkWebhookUrl(url, local, 2_048).ok).toBe(true);
      expect(checkWebhookUrl(url, strict, 2_048)).toMatchObject({ ok: false });
    },
  );

  it.each([
    ['weburl/api', 'such as https'],
    ['http://example.com/', 'https'],
    ['ftp://example.com/', 'https'],
    ['https://user:pass@example.com/', 'without user and password'],
    ['https://10.0.0.1/', '10.0.0.1'],
    ['https://0x7f000001/', 'loopback'],
    ['https://2130706433/', 'loopback'],
    ['https://[::ffff:169.254.169.254]/', 'public address'],
    ['https://intranet/', 'public host name'],
    ['https://intranet./', 'public host name'],
    ['https://./', 'host name'],
    ['https://../', 'host name'],
    ['https://a..b/', 'host name'],
    ['https://.example.com/', 'host name'],
    ['https://example.com../', 'host name'],
    ['https://localhost./', 'loopback'],
    ['https://example.com:0/', 'port'],
    [
      'https://example.com:8444/',
      'expected one of the ports 443, 8443, which this installation allows, found 8444',
    ],
    ['https://8.8.8.8:25/', 'one of the ports'],
    [`https://${'a'.repeat(64)}.example.com/`, 'host name'],
    [`https://example.com/${'x'.repeat(2_048)}`, 'at most 2048'],
  ])('%s is refused: %s', (url, said) => {
    const check = checkWebhookUrl(url, strict, 2_048);
    expect(check).toMatchObject({ ok: false });
    expect(check.ok ? '' : check.message).toContain(said);
  });

  it.each([
    ['https://example.com/\r\nX-Evil: 1', 'https://example.com/X-Evil:%201'],
    ['https:////example.com', 'https://example.com/'],
    [' https://EXAMPLE.com:443/a b#part ', 'https://example.com/a%20b'],
    ['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
    ['https://example.com./', 'https://example.com./'],
    ['https://my_host.example.com/', 'https://my_host.example.com/'],
  ])('%j is stored as it will be used', (text, url) => {
    expect(addressRules(strict).check(text)).toEqual({ ok: true, url });
  });

  it('keeps private addresses out of a local run too', () => {
    expect(checkWebhookUrl('https://169.254.169.254/latest', local, 2_048).ok).toBe(false);
  });
});
