import { expect, it } from 'vitest';
import { objectName, partitionOf } from './object-key.ts';

const NOW_MS = Date.UTC(2026, 10, 29, 18, 5);

it.each([
  ['/shop', '2026-11-29T23:30:00-01:00', 'source=%2Fshop/dt=2026-11-30/hh=00'],
  ['a=b&c', '2026-11-29t18:05:00z', 'source=a%3Db%26c/dt=2026-11-29/hh=18'],
  ['ü 😀', '2016-12-31T23:59:60Z', 'source=%C3%BC%20%F0%9F%98%80/dt=2016-12-31/hh=23'],
  ['shop', undefined, 'source=shop/dt=2026-11-29/hh=18'],
])('events of %s at %s are in %s', (source, time, partition) => {
  expect(partitionOf({ source, time }, NOW_MS)).toBe(partition);
});

it('long sources are cut, and stay two where they are two', () => {
  const long = 'ü'.repeat(1_000);
  const [one, other] = [
    partitionOf({ source: `${long}1` }, NOW_MS),
    partitionOf({ source: `${long}2` }, NOW_MS),
  ];
  expect(one).not.toBe(other);
  expect(one).toMatch(/^source=(%C3%BC)+(%C3)?~[\w-]{22}\/dt=/);
  expect(Buffer.byteLength(one)).toBeLessThan(400);
});

it('the name is of the deliveries, and not of their order or their company alone', () => {
  const of = (...ids: string[]) => objectName(ids.map((deliveryId) => ({ deliveryId })));
  expect(of('a')).toBe('a.ndjson');
  expect(of('a', 'b')).toBe(of('b', 'a'));
  expect(new Set([of('a'), of('b'), of('a', 'b'), of('ab'), of('a', 'b', 'c')]).size).toBe(5);
});
