import { sha256Hex } from '../../base/ids.ts';
import { wholeNumberOf } from '../../base/whole-number.ts';
import type { TokenScope } from '../../domain/apps/app.ts';
import type { Delivery, DeliveryStatus } from '../../domain/deliveries/delivery.ts';
import type { HistoryEntry } from '../../domain/history/history-entry.ts';
import type { Key } from './table.ts';

/** Every key of the table is made here; table.md says what is stored under it. */

/** Shards over which due items of a kind are spread; each is good for 1,000 writes a second. */
const DUE_SHARDS = {
  DELIVERY: 8,
  FORGET: 8,
  FEED: 4,
  GENERATOR: 4,
  REFRESH: 1,
  RELEASE: 1,
  REDRIVE: 1,
  LISTENER: 1,
  LANE: 4,
  HEROKU: 1,
} as const;
/** One app's deliveries may fail as fast as its events come. */
const DELIVERY_SHARDS = 8;
const DELIVERY_LIST_SHARDS = 4;
/** Each event of an ordered stream writes its lane. */
const LANE_SHARDS = 16;
/** Shards of an app's indexed attempts, of which there is one per event. */
const ATTEMPT_SHARDS = 16;
/**
 * Hexadecimal digits of the SHA-256 of an event's id: the publisher chooses the id, and a key is limited to 1,024
 * bytes.
 */
const EVENT_HASH_LENGTH = 32;
/** A pull queries all of them twice a second while it waits; a pulled delivery costs four writes to one of them. */
const PULL_SHARDS = 2;
/** Digits of a time in milliseconds, so that text sorts as time does. */
const TIME_DIGITS = 15;
/** The most digits that a JSON number represents exactly. */
const SEQUENCE_DIGITS = 16;

export type DueKind = keyof typeof DUE_SHARDS;

export const APPS_PARTITION = 'APPS';

export function appNameKey(name: string): Key {
  return { pk: APPS_PARTITION, sk: `NAME#${name}` };
}

export function appPartition(appId: string): string {
  return `APP#${appId}`;
}

export function appKey(appId: string): Key {
  return { pk: appPartition(appId), sk: 'APP' };
}

export type NamedKind = 'AUTHORIZATION' | 'SUBSCRIPTION' | 'PUBLICATION' | 'REDRIVE' | 'LISTENER';

export function namedKey(kind: NamedKind, appId: string, name: string): Key {
  return { pk: appPartition(appId), sk: `${kind}#${name}` };
}

export function refreshLockKey(appId: string, authorizationId: string): Key {
  return { pk: appPartition(appId), sk: `REFRESH-LOCK#${authorizationId}` };
}

export function keyedRequestKey(appId: string, keyHash: string): Key {
  return { pk: appPartition(appId), sk: `REQUEST#${keyHash}` };
}

export const allocationPrefix = 'ALLOCATION#';

export function allocationKey(appId: string, authorizationId: string): Key {
  return { pk: appPartition(appId), sk: `${allocationPrefix}${authorizationId}` };
}

export function publishedKey(appId: string, authorizationId: string, hourMs: number): Key {
  return { pk: appPartition(appId), sk: `PUBLISHED#${authorizationId}#${timeText(hourMs)}` };
}

/** All resources share a partition: there are as many as apps, and the schedule reads all. */
export const HEROKU_PARTITION = 'HEROKU';

export function herokuResourceKey(uuid: string): Key {
  return { pk: HEROKU_PARTITION, sk: `RESOURCE#${uuid}` };
}

/** Removed with the app. */
export function appHerokuResourceKey(appId: string): Key {
  return { pk: appPartition(appId), sk: 'HEROKU-RESOURCE' };
}

/**
 * All counts share a partition: a process writes those of an app only once in many seconds, and the schedule reads all.
 */
export const APP_COUNTS_PARTITION = 'APP-COUNTS';

export function appCountsKey(appId: string): Key {
  return { pk: APP_COUNTS_PARTITION, sk: appId };
}

/** Each counter has its own partition: it may be written with every event. */
export function rateCounterKey(key: string): Key {
  return { pk: `RATE#${key}`, sk: 'RATE' };
}

export function streamKey(appId: string, subscriptionId: string, publicationId: string): Key {
  return { pk: appPartition(appId), sk: `${streamPrefix(subscriptionId)}${publicationId}` };
}

export function streamPrefix(subscriptionId: string): string {
  return `STREAM#${subscriptionId}#`;
}

export function tokenKey(hash: string): Key {
  return { pk: `TOKEN#${hash}`, sk: 'TOKEN' };
}

/** Sorts before the token itself, so that one query finds a session with its token. */
export const CONSOLE_SESSION_PREFIX = 'SESSION#';

export function consoleSessionKey(tokenHash: string, sessionHash: string): Key {
  return { pk: tokenKey(tokenHash).pk, sk: `${CONSOLE_SESSION_PREFIX}${sessionHash}` };
}

export function consoleLinkKey(codeHash: string): Key {
  return { pk: `CONSOLE-LINK#${codeHash}`, sk: 'LINK' };
}

export function scopePartition(scope: TokenScope): string {
  return scope.kind === 'admin' ? 'ADMIN' : appPartition(scope.appId);
}

export function scopedTokenKey(scope: TokenScope, createdAtMs: number, id: string): Key {
  return { pk: scopePartition(scope), sk: `TOKEN#${timeText(createdAtMs)}#${id}` };
}

export function credentialKey(user: string): Key {
  return { pk: `CREDENTIAL#${user}`, sk: 'CREDENTIAL' };
}

export function appCredentialKey(appId: string, createdAtMs: number, user: string): Key {
  return { pk: appPartition(appId), sk: `CREDENTIAL#${timeText(createdAtMs)}#${user}` };
}

export function feedKey(feedId: string): Key {
  return { pk: `FEED#${feedId}`, sk: 'FEED' };
}

export function feedPositionKey(feedId: string, atMs: number): Key {
  return { pk: feedKey(feedId).pk, sk: `POSITION#${timeText(atMs)}` };
}

export function appFeedKey(appId: string, feedId: string): Key {
  return { pk: appPartition(appId), sk: `FEED#${feedId}` };
}

/** All workers share a partition: there are as many as run at the same time, and every reader wants all. */
export const WORKERS_PARTITION = 'WORKERS';

export function workerKey(workerId: string): Key {
  return { pk: WORKERS_PARTITION, sk: `WORKER#${workerId}` };
}

export const ROUTES_REVISION_KEY: Key = { pk: 'ROUTES', sk: 'REVISION' };

export function quarantinePartition(feedId: string): string {
  return `QUARANTINE#${feedId}`;
}

/** Prefix within a feed's quarantine; the event's cursor follows. */
export const QUARANTINE_RECORD_PREFIX = 'EVENT#';
export const QUARANTINE_PAYLOAD_PREFIX = 'PAYLOAD#';

/** Holds the subscription's kept events and their counter. */
export function keptPartition(appId: string, subscriptionId: string): string {
  return `KEPT#${appId}#${subscriptionId}`;
}

export const KEPT_SLOT_PREFIX = 'SLOT#';

export function keptSlotKey(appId: string, subscriptionId: string, slot: number): Key {
  return { pk: keptPartition(appId, subscriptionId), sk: `${KEPT_SLOT_PREFIX}${slot}` };
}

export function keptCounterKey(appId: string, subscriptionId: string): Key {
  return { pk: keptPartition(appId, subscriptionId), sk: 'COUNTER' };
}

export function deliveryPartition(appId: string, deliveryId: string): string {
  return `DELIVERIES#${appId}#${shardOf(deliveryId, DELIVERY_SHARDS)}`;
}

export function deliveryPartitions(appId: string): string[] {
  return Array.from({ length: DELIVERY_SHARDS }, (_, shard) => `DELIVERIES#${appId}#${shard}`);
}

export function deliveryKey(appId: string, deliveryId: string): Key {
  return { pk: deliveryPartition(appId, deliveryId), sk: `${deliveryId}#RECORD` };
}

/** Each write of an event has its own chunks: no other write or removal can touch them. */
export function eventChunkKey(appId: string, deliveryId: string, writeId: string, chunk: number): Key {
  return {
    pk: deliveryPartition(appId, deliveryId),
    sk: `${deliveryId}#EVENT#${writeId}#${String(chunk).padStart(2, '0')}`,
  };
}

export function deliveryListShard(appId: string, status: DeliveryStatus, deliveryId: string): string {
  return `LIST#${appId}#${status}#${shardOf(deliveryId, DELIVERY_LIST_SHARDS)}`;
}

export function deliveryListShards(appId: string, status: DeliveryStatus): string[] {
  return Array.from({ length: DELIVERY_LIST_SHARDS }, (_, shard) => `LIST#${appId}#${status}#${shard}`);
}

export function lanePartition(appId: string, laneId: string): string {
  return `LANES#${appId}#${shardOf(laneId, LANE_SHARDS)}`;
}

export function lanePartitions(appId: string): string[] {
  return Array.from({ length: LANE_SHARDS }, (_, shard) => `LANES#${appId}#${shard}`);
}

export function laneKey(appId: string, laneId: string): Key {
  return { pk: lanePartition(appId, laneId), sk: `${laneId}#LANE` };
}

export function laneMemberPrefix(laneId: string): string {
  return `${laneId}#MEMBER#`;
}

export function laneMemberKey(appId: string, laneId: string, sequence: number): Key {
  return {
    pk: lanePartition(appId, laneId),
    sk: `${laneMemberPrefix(laneId)}${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`,
  };
}

export function pullShard(appId: string, publicationId: string, deliveryId: string): string {
  return `PULL#${appId}#${publicationId}#${shardOf(deliveryId, PULL_SHARDS)}`;
}

export function pullShards(appId: string, publicationId: string): string[] {
  return Array.from({ length: PULL_SHARDS }, (_, shard) => `PULL#${appId}#${publicationId}#${shard}`);
}

/** Deliveries that were held sort before the others, by the time at which they come again. */
export function pullKey(delivery: Delivery): string {
  const { id, createdAtMs, place = 0, heldUntilMs, bytes = 0 } = delivery;
  return heldUntilMs === undefined
    ? `${NOT_HELD_PREFIX}${timeText(createdAtMs)}#${timeText(place)}#${id}#${bytes}`
    : `${heldBefore(heldUntilMs)}#${id}#${bytes}`;
}

/** The size of the delivery's event, from its key in the index; 0 for deliveries stored before sizes were recorded. */
export function pulledBytes(key: string): number {
  const last = key.slice(key.lastIndexOf('#') + 1);
  return /^\d{1,9}$/.test(last) ? wholeNumberOf(last) : 0;
}

export const NOT_HELD_PREFIX = 'WAITS#';
export const HELD_PREFIX = 'HELD#';

/** Sorts after every delivery that is held until an earlier time. */
export function heldBefore(atMs: number): string {
  return `${HELD_PREFIX}${timeText(Math.floor(atMs))}`;
}

/** The prefix of every attempt of an event. */
export function attemptPrefix(appId: string, eventId: string): Key {
  const hash = sha256Hex(eventId).slice(0, EVENT_HASH_LENGTH);
  return { pk: `ATTEMPTS#${appId}#${shardOf(hash, ATTEMPT_SHARDS)}`, sk: `${hash}#` };
}

export function attemptKey({ appId, eventId, atMs, deliveryId, attempt = 0 }: HistoryEntry): Key {
  const { pk, sk } = attemptPrefix(appId, eventId);
  return { pk, sk: `${sk}${timeText(Math.floor(atMs))}#${deliveryId}#${attempt}` };
}

export function attemptPartitions(appId: string): string[] {
  return Array.from({ length: ATTEMPT_SHARDS }, (_, shard) => `ATTEMPTS#${appId}#${shard}`);
}

export function dueShard(kind: DueKind, id: string): string {
  return `${kind}#${shardOf(id, DUE_SHARDS[kind])}`;
}

export function dueShards(kind: DueKind): string[] {
  return Array.from({ length: DUE_SHARDS[kind] }, (_, shard) => `${kind}#${shard}`);
}

function timeText(ms: number): string {
  return String(ms).padStart(TIME_DIGITS, '0');
}

/** FNV-1a spreads ids of any form evenly, and never changes. */
function shardOf(text: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % shards;
}
