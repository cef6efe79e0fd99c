import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A name that leads to an address which is not public. */
export class AddressNotPublicError extends Error {
  override readonly name = 'AddressNotPublicError';
  readonly code = 'ADDRESS_NOT_PUBLIC';
}

/**
 * Ranges beyond those that ipaddr.js names: it calls some of them unicast.
 * The metadata services of AWS are link-local or unique-local, which the named ranges cover.
 */
const FURTHER_DENIED: readonly (readonly [string, number])[] = [
  ['192.88.99.0', 24], // 6to4 relays, withdrawn
  ['198.18.0.0', 15], // benchmarking
  ['64:ff9b::', 96], // NAT64: another way to write any IPv4 address
  ['64:ff9b:1::', 48], // NAT64, local use
  ['2002::', 16], // 6to4: carries an IPv4 address
  ['2001::', 32], // Teredo: carries an IPv4 address
  ['3fff::', 20], // documentation
  ['5f00::', 16], // segment routing
  ['100::', 64], // discard only
];
const FURTHER_DENIED_PARSED = FURTHER_DENIED.map(([address, bits]) => ({
  network: ipaddr.parse(address),
  bits,
}));

/** Whether deliveries may go to the address. IPv4 addresses inside IPv6 ones are judged as what they are. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return !FURTHER_DENIED_PARSED.some(
    ({ network, bits }) => network.kind() === address.kind() && address.match(network, bits),
  );
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

/**
 * A `lookup` for sockets: resolves the name once and hands over only checked addresses, so that the address that was
 * checked is the one connected to (DNS rebinding finds no second look-up). One bad answer refuses the whole name.
 */
export function checkedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { all: true, verbatim: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const denied = addresses.find(({ address }) => !isAllowedAddress(address, policy));
      if (denied !== undefined) {
        callback(
          new AddressNotPublicError(
            `expected ${hostname} to have public addresses only, found ${denied.address}`,
          ),
          [],
        );
        return;
      }
      const first = addresses[0];
      if (options.all === true) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family ?? 4);
    });
  };
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
