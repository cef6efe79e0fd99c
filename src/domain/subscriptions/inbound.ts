import { timingSafeEqual } from 'node:crypto';
import { randomText, sha256Hex } from '../../base/ids.ts';

/**
 * How a request to an inbound URL shows that it is its sender's. standard-webhooks: signed as Standard Webhooks say; data-cloud:
 * `x-signature` of a data action; github: `X-Hub-Signature-256`; token: `Authorization: Bearer`; none: whoever knows the URL.
 */
export const INBOUND_VERIFICATIONS = ['standard-webhooks', 'data-cloud', 'github', 'token', 'none'] as const;
export type InboundVerification = (typeof INBOUND_VERIFICATIONS)[number];

/** Of a secret of our own making it would be 32; senders' differ. */
export const INBOUND_SECRET_LENGTH = { min: 8, max: 1_000 } as const;
export const INBOUND_MAPPING_LENGTH_MAX = 2_000;
/** How long a former secret counts beside the one that took its place: Data Cloud needs 15 minutes, people a day. */
export const INBOUND_SECRET_GRACE_MS = 86_400_000;
/** Of a request, also when it is decompressed: what the queue takes of one event. */
export const INBOUND_EVENTS_MAX = 500;

const ADDRESS_BYTES = 16;
const PREFIX = '/in/';
const PATH = /^\/in\/([\w-]{22})\/?$/;

/** 128 random bits. */
export function newInboundAddress(): string {
  return randomText(ADDRESS_BYTES);
}

/** The path below the publish URL's base. */
export function inboundPath(address: string): string {
  return `${PREFIX}${address}`;
}

/** Undefined for a path that is none of an inbound URL. */
export function inboundAddressOf(path: string): string | undefined {
  return PATH.exec(path)?.[1];
}

/** Whether the path is meant as that of an inbound URL: `/in/` is a publication named so, `/in/ack` acknowledges what one pulled. */
export function isBelowInbound(path: string): boolean {
  return path.startsWith(PREFIX) && path !== PREFIX && !/^\/in\/ack\/?$/.test(path);
}

/** By which the store finds the address: how long a look-up takes says nothing of what an address begins with. */
export function inboundUser(address: string): string {
  return `in-${sha256Hex(address)}`;
}

/** A subscription as far as it has an address. */
export interface Addressed {
  /** The random part of its inbound URL. */
  readonly address: string;
  /** The one before the last rotation, while it still works. */
  readonly formerAddress?: { readonly address: string; readonly untilMs: number } | undefined;
}

/** Whether the address opens the subscription: its own one, or the one before for as long as that works. */
export function isOpenedBy(
  { address: own, formerAddress }: Addressed,
  address: string,
  nowMs: number,
): boolean {
  if (isSame(own, address)) return true;
  return (
    formerAddress !== undefined && formerAddress.untilMs > nowMs && isSame(formerAddress.address, address)
  );
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
