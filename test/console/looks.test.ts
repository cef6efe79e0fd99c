import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inChromium } from './support/chromium.ts';
import { type ConsolePage, openConsole } from './support/console-page.ts';
import { faultsAtEverySize, type Size } from './support/every-size.ts';
import { calmFlow, minutes } from './support/made-up-flow.ts';
import { troubledStatus } from './support/made-up-status.ts';
import { Scene, type SceneApp } from './support/scene.ts';

/** Set this to rewrite docs/console/*.png: the pictures differ from run to run by their times. */
const PICTURES =
  process.env['CONSOLE_PICTURES'] === '1' ? join(import.meta.dirname, '../../docs/console') : undefined;

interface Look {
  readonly name: string;
  readonly at: (app: SceneApp) => string | Promise<string>;
  readonly heading: string;
  readonly before?: (page: ConsolePage) => void;
  /** Whether the docs show the picture. */
  readonly isShown?: boolean;
}

const LOOKS: readonly Look[] = [
  { name: 'flow', at: () => 'flow', heading: 'From where to where', before: troubledFlow, isShown: true },
  { name: 'flow-calm', at: () => 'flow', heading: 'From where to where', before: calm },
  {
    name: 'event',
    at: async (app) => `events/${String((await app.deliveries('status=rejected'))[0]?.['event_id'])}`,
    heading: 'What each stream did with it',
    isShown: true,
  },
  { name: 'events', at: () => 'events', heading: 'The last 15 minutes' },
  { name: 'event-unknown', at: () => 'events/no-such-event', heading: 'Nothing is known of this event' },
  {
    name: 'orgs',
    at: () => 'orgs',
    heading: 'acme',
    before: ({ api }) => api.answer('GET', /\/status$/, { body: troubledStatus() }),
    isShown: true,
  },
  { name: 'subscriptions', at: () => 'subscriptions', heading: 'Subscriptions' },
  { name: 'subscription', at: () => 'subscriptions/orders', heading: 'Where its events go' },
  { name: 'streams', at: () => 'streams', heading: 'Streams' },
  { name: 'stream', at: () => 'streams/orders/reports', heading: 'Filter' },
  { name: 'publications', at: () => 'publications', heading: 'Publications' },
  {
    name: 'publication',
    at: () => 'publications/crm',
    heading: 'Deliveries that are not done',
    isShown: true,
  },
  { name: 'no-such-page', at: () => 'no-such-page', heading: 'There is no such page' },
  {
    name: 'failure',
    at: () => 'orgs',
    heading: 'No answer',
    before: ({ api }) => api.answer('GET', /\/status$/, { isBroken: true }),
  },
  {
    name: 'session-ended',
    at: () => 'orgs',
    heading: 'No session',
    before: ({ api }) => api.refuse('GET', /\/status$/, 401, 'unauthorized', 'The session has ended.'),
  },
];

inChromium('how the console looks', () => {
  let scene: Scene;
  let app: SceneApp;
  beforeAll(async () => {
    scene = await Scene.start('--no-demo');
    app = await scene.app();
    const send = await app.inbound('orders', { keep_last: 10 });
    for (const name of ['crm', 'billing', 'reports']) await app.hook(name);
    await app.api('POST', '/streams', { source: 'orders', target: 'crm' });
    await app.api('POST', '/streams', {
      source: 'orders',
      target: 'billing',
      filter: 'root = if this.amount > 100 { this } else { deleted() }',
      trace_drops: true,
    });
    await app.api('POST', '/streams', {
      source: 'orders',
      target: 'reports',
      filter: 'root.order = this.order\nroot.total = this.totals.amount.number()',
    });
    scene.receiver.answer('A-1001', 503, 503);
    await send({ order: 'A-1001', amount: 12 });
    await app.settles('rejected', 1);
    if (PICTURES !== undefined) mkdirSync(PICTURES, { recursive: true });
  });
  afterAll(() => scene.end());

  test.each(LOOKS)('$name is sound at every size', async (look) => {
    // Each picture starts fresh, as if nothing had been looked at before.
    const opened = await openConsole(scene.run);
    const { page } = opened;
    look.before?.(opened);
    await opened.go(`#/${app.name}/${await look.at(app)}`);
    await page.getByRole('heading', { name: look.heading, exact: true }).first().waitFor();
    await page.waitForLoadState('networkidle');
    const faults = await faultsAtEverySize(page, (size) => picture(page, look, size));
    await opened.close();
    expect(faults).toEqual([]);
  });
});

async function picture(
  page: Page,
  { name, isShown = false }: Look,
  { width, colorScheme }: Size,
): Promise<void> {
  if (PICTURES === undefined || !isShown) return;
  const isOfTheDocs = colorScheme === 'light' ? width === 1280 : width === 360 && name === 'flow';
  if (!isOfTheDocs) return;
  const path = join(PICTURES, `${name}-${width}-${colorScheme}.png`);
  await page.screenshot({ path, fullPage: width === 1280 });
}

function calm({ api }: ConsolePage): void {
  api.answer('GET', /\/flow$/, { body: calmFlow() });
}

/** The same flow with four problems. */
function troubledFlow({ api }: ConsolePage): void {
  const flow = calmFlow();
  const [crm, billing, warehouse] = flow.publications;
  const [opportunities, , github] = flow.subscriptions;
  const [closedWon] = flow.streams;
  const now = new Date(Date.now() - 40_000).toISOString();
  if (crm && billing && warehouse && opportunities && github && closedWon) {
    billing.minutes = minutes({ received: 30, failed: 30 }, { received: 30, failed: 31 });
    billing.deliveries = { waiting: 1, available: 0, parked: 61, rejected: 0, exhausted: 0 };
    billing.breaker = { state: 'open', since: now };
    warehouse.state = 'paused';
    warehouse.deliveries = { waiting: 0, available: 0, parked: 128, rejected: 0, exhausted: 0 };
    closedWon.filter = 'root = if this.StageName == "closed won" { this } else { deleted() }';
    closedWon.minutes = minutes({ received: 240, dropped: 240 }, { received: 251, dropped: 251 });
    github.paused = true;
  }
  api.answer('GET', /\/flow$/, { body: flow });
  api.answer('GET', /\/deliveries$/, ({ query }) => ({
    body: {
      scanned: 1,
      deliveries:
        query.get('publication') === 'billing'
          ? [
              {
                id: 'd1',
                status: 'parked',
                stage: 'send',
                publication: { id: 'p2', name: 'billing' },
                subscription: { id: 's2', name: 'orders' },
                event_id: '5c8fb1f2-0d6e-4a2f-9c1c-2f1f0e6a7b11',
                event_type: 'com.salesforce.platformevent.Order_Placed__e',
                attempt_count: 2,
                last_error: {
                  id: 'http-401',
                  message:
                    'the receiver refused the event with 401: look at its log: {"error":"invalid_token"}',
                },
                created_at: now,
                updated_at: now,
              },
            ]
          : [],
    },
  }));
}
