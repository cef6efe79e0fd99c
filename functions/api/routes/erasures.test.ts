import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryAttemptIndex } from '../../../src/adapters/memory/attempt-index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../../src/domain/deliveries/delivery-message.ts';
import { erasureHash } from '../../../src/domain/deliveries/erasure.ts';
import { eventJson } from '../../../src/domain/events/event.ts';
import { aQuarantinedEvent } from '../../../test/contracts/quarantine-store.contract.ts';
import { anEvent } from '../../../test/support/builders.ts';
import { aDelivery, aFeed, aHistoryEntry, aRedrive } from '../../../test/support/records.ts';
import {
  api,
  app,
  buryDelivery,
  call,
  everyRouteIsAnswered,
  expectProblem,
  newApp,
  openApi,
  openApp,
  openShop,
} from '../../../test/support/shop.ts';
import { ERASURE_ROUTES } from './erasures.ts';

beforeEach(openShop);
everyRouteIsAnswered(ERASURE_ROUTES);

const RECORD = '003xx000004TmiQAAS';
const BY_RECORD = { by: 'record', value: RECORD };

async function stored(data: unknown, appId = app.id) {
  const delivery = aDelivery({ appId, status: 'waiting', createdAtMs: api.clock.now() });
  await api.stores.deliveries.create(delivery, eventJson({ ...anEvent(), data }));
  return delivery;
}

function buried(id: string, appId: string, ...all: unknown[]) {
  const header = firstDeliveryHeader({ appId, publicationId: 'p-1', publicationName: 'crm' });
  buryDelivery(id, firstDeliveryBody(header, ...all.map((data) => eventJson({ ...anEvent(), data }))));
}

async function quarantined() {
  const feed = aFeed({ appId: app.id });
  await api.stores.feeds.ensure(feed);
  await api.stores.quarantine.put(
    aQuarantinedEvent({ feedId: feed.id, appId: app.id, payload: Buffer.from(`$${RECORD}`) }),
  );
}

const dead = async () =>
  (await api.call('GET', '/v1/dead-letters')).body.dead_letters.map(({ id }: { id: string }) => id);

describe('an erasure', () => {
  it('is counted first, which removes nothing, and says what it does not reach and until when', async () => {
    const delivery = await stored({ ContactId: RECORD });
    await stored({ ContactId: 'another' });
    buried('whole', app.id, RECORD);
    buried('mixed', app.id, RECORD, 'another');
    await quarantined();
    const { status, body } = await call('POST', '/erasures/count', BY_RECORD);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      deliveries: 1,
      dead_letters: { erased: 1, mixed: 1, complete: true },
      quarantine: 1,
      scanned: 3,
      complete: true,
    });
    const inDays = (days: number) => new Date(api.clock.now() + days * 86_400_000).toISOString();
    expect(body.unreachable.map(({ where, until }: Record<string, string>) => [where, until])).toEqual([
      ['queues', inDays(14)],
      ['dead letters', inDays(14)],
      ['logs', undefined],
      ['backups', inDays(35)],
      ['receivers', undefined],
    ]);
    expect((await call('GET', `/deliveries/${delivery.id}`)).status).toBe(200);
    expect(await dead()).toEqual(['whole', 'mixed']);
    expect((await call('GET', '/quarantine')).body).toHaveLength(1);
    expect((await call('GET', '/redrives')).body.redrives).toEqual([]);
  });

  it('removes what it found, and of this app only; its record says who, when, by what and how much', async () => {
    const other = await newApp('other');
    const delivery = await stored({ ContactId: RECORD });
    const kept = await stored({ ContactId: 'another' });
    const foreign = await stored({ ContactId: RECORD }, other.id);
    buried('whole', app.id, RECORD, { also: RECORD });
    buried('mixed', app.id, RECORD, 'another');
    buried('foreign', other.id, RECORD);
    buryDelivery('unreadable', `hello ${RECORD}`);
    await quarantined();
    const { status, body } = await call('POST', '/erasures', BY_RECORD);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      action: 'erase',
      state: 'done',
      started_at: new Date(api.clock.now()).toISOString(),
      done: 1,
      erasure: {
        by: 'record',
        value_sha256: erasureHash(body.id, RECORD),
        quarantine: 1,
        dead_letters: { erased: 1, mixed: 1, complete: true },
      },
    });
    expect(body.started_by).not.toBe('');
    expectProblem(await call('GET', `/deliveries/${delivery.id}`), 404, 'not-found');
    expect((await call('GET', `/deliveries/${kept.id}`)).status).toBe(200);
    expect(await api.stores.deliveries.get(other.id, foreign.id)).toBeDefined();
    expect(await dead()).toEqual(['mixed', 'foreign', 'unreadable']);
    expect((await call('GET', '/quarantine')).body).toEqual([]);
    const { body: listed } = await call('GET', '/redrives');
    expect(listed.redrives).toEqual([body]);
    expect(JSON.stringify(listed)).not.toContain(RECORD);
    expect(JSON.stringify(await api.stores.redrives.list(app.id))).not.toContain(RECORD);
  });

  it('by the id of an event takes its attempts out of the index, where the log is the history', async () => {
    const attemptIndex = new MemoryAttemptIndex({ clock: systemClock });
    openApi({ replaced: () => ({ attemptIndex, keptHistory: undefined }) });
    await openApp('shop');
    for (const eventId of ['gone', 'gone', 'stays']) {
      attemptIndex.record(aHistoryEntry({ appId: app.id, eventId, atMs: Date.now() }));
    }
    await attemptIndex.flush();
    const target = { by: 'event-id', value: 'gone' };
    expect((await call('POST', '/erasures/count', target)).body.history).toBe(2);
    expect((await call('POST', '/erasures/count', BY_RECORD)).body).not.toHaveProperty('history');
    expect((await call('POST', '/erasures', target)).body.erasure.history).toBe(2);
    expect(await attemptIndex.find(app.id, 'gone', 10)).toEqual([]);
    expect(await attemptIndex.find(app.id, 'stays', 10)).toHaveLength(1);
  });

  it.each([
    [{ by: 'record', value: '003xx000004Tmi' }, 422, 'unprocessable', /15 or 18 letters and digits/],
    [{ by: 'name', value: 'x' }, 400, 'invalid-request', /"by"/],
    [{ by: 'subject', value: '' }, 400, 'invalid-request', /"value"/],
    [{ by: 'subject' }, 400, 'invalid-request', /"value" to be given/],
    [{ ...BY_RECORD, dry_run: true }, 400, 'invalid-request', /unknown field/],
  ])('of %j is refused', async (body, status, id, message) => {
    expectProblem(await call('POST', '/erasures', body), status, id, message);
    expectProblem(await call('POST', '/erasures/count', body), status, id, message);
    expect((await call('GET', '/redrives')).body.redrives).toEqual([]);
  });

  it('leaves the dead letters alone where too many redrives are under way', async () => {
    buried('whole', app.id, RECORD);
    for (let index = 0; index < 5; index += 1) {
      await api.stores.redrives.create(aRedrive({ appId: app.id, state: 'paused' }));
    }
    expectProblem(await call('POST', '/erasures', BY_RECORD), 409, 'limit-reached');
    expect(await dead()).toEqual(['whole']);
  });
});
