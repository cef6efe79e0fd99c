import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults } from './support/accessibility.ts';
import { inChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';
import type { FakeApi } from './support/fake-api.ts';
import { Scene, type SceneApp } from './support/scene.ts';
import { screenshot } from './support/screenshot.ts';

// What strangers write (payloads, names, errors, receivers' answers) stays plain text, whatever it looks like. `close` fails if
// anything ran or was fetched: a dialog, a request to another host, a violation of the page's policy.

const SCRIPT = `<script>alert(1)</script><img src=x onerror="alert(2)"><a href="javascript:alert(3)">click</a>{{7*7}}\${7*7}`;
/** Where this is allowed to act, it shows the rest of its line from right to left. */
const RIGHT_TO_LEFT = 'invoice\u202egpj.exe\u2066\u200b\ufeff';
const MEGABYTE = 'x'.repeat(1_000_000);

inChromium('hostile texts in the console', () => {
  let scene: Scene;
  let app: SceneApp;
  beforeAll(async () => {
    scene = await Scene.start('--no-demo');
    app = await scene.app();
  });
  afterAll(() => scene.end());

  function fakeDelivery(text: string, more: object = {}): object {
    const at = new Date().toISOString();
    return {
      id: text.slice(0, 100),
      status: text.slice(0, 500),
      stage: 'send',
      publication: { id: 'p', name: text },
      subscription: { id: 's', name: text },
      event_id: text,
      event_type: text,
      event_subject: text,
      attempt_count: 1,
      last_error: { id: text, message: text },
      created_at: at,
      updated_at: at,
      ...more,
    };
  }

  function answerWith(api: FakeApi, text: string): void {
    const at = new Date().toISOString();
    const attempt = { at, duration_ms: 1, status: 500, error_id: text, message: text, answer: text };
    const event = { specversion: '1.0', id: text, source: text, type: text, data: { [text]: text } };
    // The service stores no larger ones.
    const name = text.slice(0, 200);
    const kept = {
      specversion: '1.0',
      id: name,
      source: name,
      type: name,
      data: { text: text.slice(0, 30_000) },
    };
    api.answer('GET', /\/deliveries$/, { body: { deliveries: [fakeDelivery(text)], scanned: 1 } });
    api.answer('GET', /\/deliveries\/one$/, { body: fakeDelivery(text, { attempts: [attempt], event }) });
    api.answer('GET', /\/subscriptions$/, {
      body: [{ id: 's', name: text, platform: 'webhook', params: {}, keep_last: 9, targets: [] }],
    });
    api.answer('GET', /\/publications$/, {
      body: [{ id: 'p', name: text, platform: 'webhook', params: {} }],
    });
    api.answer('GET', /\/streams$/, {
      body: [{ source: { id: 's', name: text }, target: { id: 'p', name: text }, filter: null }],
    });
    api.answer('GET', /\/streams\/[^/]+\/[^/]+$/, {
      body: { filter: `root = "${text.slice(0, 1_000)}"` },
      headers: { etag: '"a"' },
    });
    api.answer('GET', /\/kept-events$/, { body: { events: [{ id: '1', at, event: kept }] } });
    api.answer('GET', /\/redrives$/, {
      body: {
        redrives: [
          {
            id: 'r',
            action: text,
            state: text,
            rate: 1,
            started_by: text,
            started_at: at,
            done: 0,
            skipped: 0,
            scanned: 0,
            filter: { status: [] },
          },
        ],
      },
    });
    api.answer('GET', /\/quarantine$/, {
      body: [
        {
          id: 'q',
          topic: text,
          event_id: text,
          schema_id: text,
          replay_id: text,
          reason: text,
          payload_bytes: 1,
          at,
        },
      ],
    });
    api.answer('GET', /\/v1\/dead-letters$/, {
      body: {
        dead_letters: [
          {
            id: 'd',
            queue: text,
            kind: text,
            reason: text,
            receive_count: 1,
            sent_at: at,
            app: { id: text, name: text },
            event_type: text,
            event_id: text,
          },
        ],
        looked_at: 1,
        complete: true,
      },
    });
    api.answer('GET', /\/v1\/dead-letters\/d$/, {
      body: { id: 'd', queue: text, kind: text, reason: text, receive_count: 1, sent_at: at, body: text },
    });
  }

  it.each([
    ['scripts', SCRIPT],
    ['marks that turn the direction', RIGHT_TO_LEFT],
    ['a megabyte', MEGABYTE],
  ])('%s are text', async (kind, text) => {
    const { page, api, go, close } = await openConsole(scene.run, {});
    answerWith(api, text);
    const start = text.slice(0, 7);
    const paths = ['', '/one', '/redrives', '/quarantine', '/dead-letters', '/dead-letters/d'];
    for (const path of paths) {
      await go(`#/${app.name}/deliveries${path}`);
      await page.locator('main').getByText(start).first().waitFor();
      expect(await page.locator('main script, main img, main a[href^="javascript"]').count()).toBe(0);
      const shown = (await page.locator('main').textContent()) ?? '';
      expect(shown).not.toMatch(/[\u202e\u2066\u200b\ufeff]/);
      // A row only identifies an event, and a payload comes in parts: the page stays light.
      expect(shown.length).toBeLessThan(100_000);
      if (kind !== 'a megabyte') expect(await accessibilityFaults(page)).toEqual([]);
      if (text !== MEGABYTE)
        await screenshot(page, `hostile-${kind.split(' ')[0]}${path.replaceAll('/', '-')}`);
    }
    if (kind === 'marks that turn the direction') {
      expect(await page.locator('main').textContent()).toContain('U+202E');
    }
    await go(`#/${app.name}/workbench`);
    const option = page.getByLabel('Stream').locator('option').nth(1);
    await option.waitFor({ state: 'attached' });
    expect(await option.textContent()).not.toMatch(/[\u202e\u2066]/);
    await page.getByLabel('Stream').selectOption({ index: 1 });
    await page.getByRole('textbox', { name: 'The filter, in Bloblang' }).waitFor();
    expect(await page.locator('main script, main img').count()).toBe(0);
    await page.waitForFunction(`document.querySelector('.event-text').value.length > 100`);
    if (text !== MEGABYTE) await screenshot(page, `hostile-${kind.split(' ')[0]}-workbench`);
    await close();
  });

  it('a megabyte that really came is shown in parts', async () => {
    await app.hook('crm');
    const send = await app.inbound('in', { target: 'crm', filter: 'root = throw(this.text)' });
    await send({ text: `${SCRIPT}${MEGABYTE.slice(0, 700_000)}` });
    await app.settles('rejected', 1);
    const { page, close } = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/deliveries` });
    await page.locator('tbody a').click();
    const payload = page.getByRole('region', { name: 'The event as JSON' });
    await payload.getByText('<script>alert(1)</script>').waitFor();
    const first = ((await payload.textContent()) ?? '').length;
    expect(first).toBeLessThan(20_000);
    await page.getByRole('button', { name: 'Show more' }).first().click();
    await page.waitForFunction(
      `document.querySelector('[aria-label="The event as JSON"]').textContent.length > ${first}`,
    );
    await close();
  });
});
