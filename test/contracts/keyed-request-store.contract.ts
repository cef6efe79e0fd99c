import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import type { KeyedRequest } from '../../src/domain/apps/keyed-request-store.ts';
import { aKeyedRequest, anApp } from '../support/records.ts';
import { outcomes } from '../support/stores.ts';

const NOW_MS = 1_800_000_000_000;
const aRequest = (more: Partial<KeyedRequest> = {}) =>
  aKeyedRequest({ busyUntilMs: NOW_MS + 1_000, expiresAtMs: NOW_MS + 100_000, ...more });

const again = (request: KeyedRequest): KeyedRequest => ({ ...request, tryId: newUuid() });

export function keyedRequestStoreContract(stores: () => Stores): void {
  const store = () => stores().keyedRequests;
  const begin = async (request: KeyedRequest, nowMs = NOW_MS) => (await store().begin(request, nowMs)).kind;

  it('lets one of many begin', async () => {
    const request = aRequest();
    expect(await outcomes(Array.from({ length: 10 }, () => begin(again(request))))).toEqual({
      begun: 1,
      there: 9,
    });
  });

  it('gives the answer to who comes later', async () => {
    const request = aRequest();
    await store().begin(request, NOW_MS);
    expect(await store().begin(again(request), NOW_MS)).toEqual({ kind: 'there', request });
    const answered = { ...request, answer: 'sealed' };
    expect(await store().finish(answered)).toBe('stored');
    // Even when the first request's lease would have expired.
    expect(await store().begin(again(request), NOW_MS + 99_999)).toEqual({
      kind: 'there',
      request: answered,
    });
  });

  it('keeps apps and keys apart', async () => {
    const request = aRequest();
    await store().begin(request, NOW_MS);
    expect(await begin({ ...again(request), appId: newUuid() })).toBe('begun');
    expect(await begin({ ...again(request), keyHash: 'another' })).toBe('begun');
  });

  it('gives up a try that did not end in its time, for the same contents only', async () => {
    const request = aRequest();
    await store().begin(request, NOW_MS);
    expect(await begin({ ...again(request), contentHash: 'other' }, NOW_MS + 1_000)).toBe('there');
    const second = { ...again(request), busyUntilMs: NOW_MS + 3_000 };
    expect(await begin(second, NOW_MS + 1_000)).toBe('begun');
    // The first worker wakes up again, but may no longer write.
    expect(await store().finish({ ...request, answer: 'late' })).toBe('gone');
    await store().release(request);
    expect(await store().begin(again(request), NOW_MS + 1_500)).toEqual({ kind: 'there', request: second });
  });

  it('forgets what is released, and what has expired', async () => {
    const request = aRequest();
    await store().begin(request, NOW_MS);
    await store().release(request);
    const second = again(request);
    expect(await begin(second)).toBe('begun');
    await store().finish({ ...second, answer: 'sealed' });
    // A stored answer is not released.
    await store().release(second);
    expect(await begin(again(request))).toBe('there');
    expect(await begin({ ...again(request), contentHash: 'other' }, NOW_MS + 100_000)).toBe('begun');
  });

  it('forgets those of an app with the app', async () => {
    const app = anApp();
    await stores().apps.create(app);
    const request = aRequest({ appId: app.id });
    await store().begin(request, NOW_MS);
    await stores().apps.remove(app.id);
    expect(await store().finish({ ...request, answer: 'sealed' })).toBe('gone');
    expect(await begin(again(request))).toBe('begun');
  });
}
