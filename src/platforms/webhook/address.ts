import ipaddr from 'ipaddr.js';

/** A name that leads to an address which is not public. */
export class AddressNotPublicError extends Error {
  override readonly name = 'AddressNotPublicError';
  readonly code = 'ADDRESS_NOT_PUBLIC';

  constructor(host: string, address: string) {
    super(`expected ${host} to have public addresses only, found ${address}`);
  }
}

/**
 * IPv4 addresses of a special purpose, some of which can be reached from everywhere, and none of which is a receiver's
 * (https://www.iana.org/assignments/iana-ipv4-special-registry); multicast and what is reserved.
 * The metadata services of AWS are link-local or unique-local.
 */
const IPV4_DENIED = parse([
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared by a carrier's customers
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // automatic multicast tunneling
  ['192.88.99.0', 24], // 6to4 relays, withdrawn
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
]);

/** What IANA gives out for unicast; all else is special, or nobody's (https://www.iana.org/assignments/ipv6-address-space). */
const IPV6_GLOBAL = parse([['2000::', 3]]);

/** Within that, by https://www.iana.org/assignments/iana-ipv6-special-registry. */
const IPV6_DENIED = parse([
  ['2001::', 23], // protocol assignments: Teredo (carries an IPv4 address), benchmarking, ORCHID and others
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: carries an IPv4 address
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
]);

/** Whether deliveries may go to the address. An IPv4-mapped IPv6 address is judged as the IPv4 address that it is. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // `::192.0.2.1` is of IPv6 and leads nowhere; the library takes it for `::ffff:192.0.2.1`.
  if (IPV4_COMPATIBLE.test(text)) return false;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return !isWithin(address, IPV4_DENIED);
  return isWithin(address, IPV6_GLOBAL) && !isWithin(address, IPV6_DENIED);
}

const IPV4_COMPATIBLE = /^[0:]*:\d+(?:\.\d+){3}$/;

type Address = ipaddr.IPv4 | ipaddr.IPv6;
interface Range {
  readonly network: Address;
  readonly bits: number;
}

function parse(ranges: readonly (readonly [string, number])[]): readonly Range[] {
  return ranges.map(([network, bits]) => ({ network: ipaddr.parse(network), bits }));
}

function isWithin(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some(({ network, bits }) => address.match(network, bits));
}

export function isLoopbackAddress(text: string): boolean {
  return ipaddr.isValid(text) && ipaddr.process(text).range() === 'loopback';
}

/** What may be connected to: public addresses; on a laptop, by an explicit flag, loopback as well. */
export interface AddressPolicy {
  readonly allowLoopback: boolean;
}

export function isAllowedAddress(text: string, policy: AddressPolicy): boolean {
  return isPublicAddress(text) || (policy.allowLoopback && isLoopbackAddress(text));
}

/** Labels of letters, digits, `-` and `_` (which people use, though host names have none), with a dot at the end or without. */
const HOST_NAME = /^(?=.{1,254}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/;

export type UrlCheck =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly message: string };

/**
 * Whether a webhook may point there, as far as the text tells: https (http for loopback where that is allowed), no user
 * or password, no address literal that is not public. Names are checked when they are resolved.
 */
export function checkWebhookUrl(text: string, policy: AddressPolicy, lengthMax: number): UrlCheck {
  if (text.length > lengthMax)
    return refuse(`expected a URL of at most ${lengthMax} characters, found ${text.length}`);
  if (!URL.canParse(text)) {
    return refuse(
      `expected a URL such as https://example.com/webhooks, found ${JSON.stringify(text.slice(0, 200))}`,
    );
  }
  const url = new URL(text);
  if (url.port === '0') return refuse('expected a port from 1 to 65535, found 0');
  // It is where a page goes, and never sent.
  url.hash = '';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isLiteral = ipaddr.isValid(host);
  const isLoopback = /^(?:.*\.)?localhost\.?$/.test(host) || (isLiteral && isLoopbackAddress(host));
  if (isLoopback && !policy.allowLoopback) {
    return refuse(`expected a public address, found ${host}: loopback is allowed in a local run only`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    return refuse(`expected an https URL, found ${url.protocol}//`);
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('expected a URL without user and password; give a bearer token with --token instead');
  }
  if (isLiteral && !isAllowedAddress(host, policy)) return refuse(`expected a public address, found ${host}`);
  if (!isLiteral && !HOST_NAME.test(host))
    return refuse(`expected a host name, found ${JSON.stringify(host)}`);
  if (!isLiteral && !isLoopback && !/\../.test(host))
    return refuse(`expected a public host name, found ${host}`);
  return { ok: true, url };
}

function refuse(message: string): UrlCheck {
  return { ok: false, message };
}
