import ipaddr from 'ipaddr.js';
import { wholeNumberOf } from '../../base/whole-number.ts';
import type { PortRange } from '../../settings/ports.ts';

/** A port that the installation does not allow. */
export class PortNotAllowedError extends Error {
  override readonly name = 'PortNotAllowedError';
  readonly code = 'PORT_NOT_ALLOWED';

  constructor(host: string, port: number, allowed: string) {
    super(`expected one of the ports ${allowed} at ${host}, found ${port}`);
  }
}

/** A name that resolves to an address that is not public. */
export class AddressNotPublicError extends Error {
  override readonly name = 'AddressNotPublicError';
  readonly code = 'ADDRESS_NOT_PUBLIC';

  constructor(host: string, address: string) {
    super(`expected ${host} to have public addresses only, found ${address}`);
  }
}

/** A range that Sluice never connects to, and what it is reserved for. */
export interface DeniedRange {
  readonly range: string;
  readonly what: string;
}

/**
 * Special-purpose addresses, some of which are globally reachable and none of which belongs to a receiver:
 * https://www.iana.org/assignments/iana-ipv4-special-registry, plus multicast and reserved ranges. AWS's metadata and
 * credential services are link-local. docs/security.md shows the same table.
 */
export const IPV4_DENIED: readonly DeniedRange[] = [
  { range: '0.0.0.0/8', what: 'this network' },
  { range: '10.0.0.0/8', what: 'private' },
  { range: '100.64.0.0/10', what: "shared by a carrier's customers" },
  { range: '127.0.0.0/8', what: 'loopback' },
  { range: '169.254.0.0/16', what: 'link-local, metadata services' },
  { range: '172.16.0.0/12', what: 'private' },
  { range: '192.0.0.0/24', what: 'protocol assignments' },
  { range: '192.0.2.0/24', what: 'documentation' },
  { range: '192.31.196.0/24', what: 'AS112' },
  { range: '192.52.193.0/24', what: 'automatic multicast tunneling' },
  { range: '192.88.99.0/24', what: '6to4 relays, withdrawn' },
  { range: '192.168.0.0/16', what: 'private' },
  { range: '192.175.48.0/24', what: 'AS112' },
  { range: '198.18.0.0/15', what: 'benchmarking' },
  { range: '198.51.100.0/24', what: 'documentation' },
  { range: '203.0.113.0/24', what: 'documentation' },
  { range: '224.0.0.0/4', what: 'multicast' },
  { range: '240.0.0.0/4', what: 'reserved, broadcast' },
];

/**
 * The range that IANA allocates for unicast; everything else is special or unallocated
 * (https://www.iana.org/assignments/ipv6-address-space).
 */
export const IPV6_GLOBAL = '2000::/3';

/** Denied ranges within it, from https://www.iana.org/assignments/iana-ipv6-special-registry. */
export const IPV6_DENIED: readonly DeniedRange[] = [
  {
    range: '2001::/23',
    what: 'protocol assignments: Teredo (carries an IPv4 address), benchmarking, ORCHID',
  },
  { range: '2001:db8::/32', what: 'documentation' },
  { range: '2002::/16', what: '6to4: carries an IPv4 address' },
  { range: '2620:4f:8000::/48', what: 'AS112' },
  { range: '3fff::/20', what: 'documentation' },
];

const IPV4_DENIED_RANGES = IPV4_DENIED.map(({ range }) => ipaddr.parseCIDR(range));
const IPV6_DENIED_RANGES = IPV6_DENIED.map(({ range }) => ipaddr.parseCIDR(range));
const IPV6_GLOBAL_RANGE = ipaddr.parseCIDR(IPV6_GLOBAL);

/** Whether requests may go to the address. An IPv4-mapped IPv6 address is judged as its IPv4 address. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // `::192.0.2.1` is an IPv6 address that leads nowhere; the library mistakes it for `::ffff:192.0.2.1`.
  if (IPV4_COMPATIBLE.test(text)) return false;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return !isWithin(address, IPV4_DENIED_RANGES);
  return isWithin(address, [IPV6_GLOBAL_RANGE]) && !isWithin(address, IPV6_DENIED_RANGES);
}

const IPV4_COMPATIBLE = /^[0:]*:\d+(?:\.\d+){3}$/;

function isWithin(
  address: ipaddr.IPv4 | ipaddr.IPv6,
  ranges: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][],
): boolean {
  return ranges.some(([network, bits]) => address.match(network, bits));
}

export function isLoopbackAddress(text: string): boolean {
  return ipaddr.isValid(text) && ipaddr.process(text).range() === 'loopback';
}

/** Allowed destinations: public addresses and, on a laptop with an explicit flag, loopback at any port. */
export interface AddressPolicy {
  readonly allowLoopback: boolean;
  /** `PORTS_DEFAULT` unless given. */
  readonly ports?: readonly PortRange[] | undefined;
}

/** The ports where https is served. On other ports a request could reach a service that is not a web server. */
const PORTS_DEFAULT: readonly PortRange[] = [
  { first: 443, last: 443 },
  { first: 8_443, last: 8_443 },
];

function isAllowedPort(port: number, { ports = PORTS_DEFAULT }: AddressPolicy): boolean {
  return ports.some(({ first, last }) => port >= first && port <= last);
}

function portsText({ ports = PORTS_DEFAULT }: AddressPolicy): string {
  return ports.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(', ');
}

export function isAllowedAddress(text: string, policy: AddressPolicy): boolean {
  return isPublicAddress(text) || (policy.allowLoopback && isLoopbackAddress(text));
}

/**
 * Why a connection is not allowed; undefined if it is. The guarded connection repeats what `checkWebhookUrl` checks in
 * the text of a URL, so that nobody can forget the check. Names are judged when they are resolved.
 */
export function connectionFault(host: string, port: number, policy: AddressPolicy): Error | undefined {
  const literal = host.replace(/^\[|\]$/g, '');
  const isLiteral = ipaddr.isValid(literal);
  if (isLiteral && !isAllowedAddress(literal, policy)) return new AddressNotPublicError(host, literal);
  const isHere = isLiteral ? isLoopbackAddress(literal) : LOCALHOST.test(host);
  if ((policy.allowLoopback && isHere) || isAllowedPort(port, policy)) return undefined;
  return new PortNotAllowedError(host, port, portsText(policy));
}

const LOCALHOST = /^(?:.*\.)?localhost\.?$/;

/**
 * Labels of letters, digits, `-` and `_` (which host names must not contain, but people use), with or without a
 * trailing dot.
 */
const HOST_NAME = /^(?=.{1,254}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/;

export type UrlCheck =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly message: string };

/**
 * Whether a webhook may point there, as far as the text tells: https (http for allowed loopback addresses), no user or
 * password, and no literal address that is not public. Names are checked when they are resolved.
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
  // The fragment is for browsers and is never sent.
  url.hash = '';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isLiteral = ipaddr.isValid(host);
  const isLoopback = LOCALHOST.test(host) || (isLiteral && isLoopbackAddress(host));
  if (isLoopback && !policy.allowLoopback) {
    return refuse(`expected a public address, found ${host}: loopback is allowed in a local run only`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    return refuse(`expected an https URL, found ${url.protocol}//`);
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('expected a URL without user and password: give them as settings of their own');
  }
  if (isLiteral && !isAllowedAddress(host, policy)) return refuse(`expected a public address, found ${host}`);
  if (!isLiteral && !HOST_NAME.test(host))
    return refuse(`expected a host name, found ${JSON.stringify(host)}`);
  if (!isLiteral && !isLoopback && !/\../.test(host))
    return refuse(`expected a public host name, found ${host}`);
  const port = portOf(url);
  if (!isLoopback && !isAllowedPort(port, policy)) {
    return refuse(
      `expected one of the ports ${portsText(policy)}, which this installation allows, found ${port}`,
    );
  }
  return { ok: true, url };
}

function refuse(message: string): UrlCheck {
  return { ok: false, message };
}

/** The explicit port of a URL or of undici's target, or the default port. */
export function portOf({ port, protocol }: { readonly port: string; readonly protocol: string }): number {
  if (port !== '') return wholeNumberOf(port);
  return protocol === 'https:' ? 443 : 80;
}
