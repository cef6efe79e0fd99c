import { timingSafeEqual } from 'node:crypto';
import { randomText, sha256Hex } from '../../base/ids.ts';

/**
 * How a request to an inbound URL authenticates its sender. standard-webhooks: signed as in Standard Webhooks;
 * data-cloud: `x-signature` of a data action; github: `X-Hub-Signature-256`; token: `Authorization: Bearer`; none:
 * anybody who knows the URL.
 */
export const INBOUND_VERIFICATIONS = ['standard-webhooks', 'data-cloud', 'github', 'token', 'none'] as const;
export type InboundVerification = (typeof INBOUND_VERIFICATIONS)[number];

/** A secret that we generate would have 32 characters; senders' secrets differ. */
export const INBOUND_SECRET_LENGTH = { min: 8, max: 1_000 } as const;
export const INBOUND_MAPPING_LENGTH_MAX = 2_000;
/** How long a former secret stays valid beside its replacement: Data Cloud needs 15 minutes, people a day. */
export const INBOUND_SECRET_GRACE_MS = 86_400_000;
/** The most events that one request may hold. */
export const INBOUND_EVENTS_MAX = 500;

const ADDRESS_BYTES = 16;
const PREFIX = '/in/';
const PATH = /^\/in\/([\w-]{22})\/?$/;

/** 128 random bits. */
export function newInboundAddress(): string {
  return randomText(ADDRESS_BYTES);
}

/** The path relative to the publish URL's base. */
export function inboundPath(address: string): string {
  return `${PREFIX}${address}`;
}

/** Undefined if the path is not that of an inbound URL. */
export function inboundAddressOf(path: string): string | undefined {
  return PATH.exec(path)?.[1];
}

/** Whether the path is meant as an inbound URL: `/in/` is a publication `in`, `/in/ack` acknowledges pulled events. */
export function isBelowInbound(path: string): boolean {
  return path.startsWith(PREFIX) && path !== PREFIX && !/^\/in\/ack\/?$/.test(path);
}

/** The store's key for the address: the time of a look-up reveals nothing about the beginning of an address. */
export function inboundUser(address: string): string {
  return `in-${sha256Hex(address)}`;
}

/** The address fields of a subscription. */
export interface Addressed {
  /** The random part of its inbound URL. */
  readonly address: string;
  /** The address before the last rotation, while it still works. */
  readonly formerAddress?: { readonly address: string; readonly untilMs: number } | undefined;
}

/** Whether the address opens the subscription: the current one, or the former one while that still works. */
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
