import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { LocalRun } from '../../support/local-run.ts';
import { theBrowser } from './chromium.ts';
import { FakeApi } from './fake-api.ts';

export interface ConsoleOptions {
  /** Binds the session to this app; absent: an administration session. */
  readonly app?: string;
  /** An app's own token instead of the administration's. */
  readonly token?: string;
  /** Where to start, e.g. `#/deliveries`. */
  readonly at?: string;
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** The page is still watched, but the test itself checks the faults. */
  readonly isFaulty?: boolean;
}

export interface ConsolePage {
  readonly page: Page;
  readonly api: FakeApi;
  /** What a person with open developer tools would see in red, and every request to another host. */
  readonly faults: readonly string[];
  /** Follows a link within the console. */
  go(hash: string): Promise<void>;
  /** Expects no faults, and closes the page. */
  close(): Promise<void>;
}

/**
 * Opens the console of a real local run with a real one-time link, in a browser that contains nothing from another test. The page is the
 * one that is served, under its own content policy.
 */
export async function openConsole(
  run: Pick<LocalRun, 'origin' | 'adminToken'>,
  options: ConsoleOptions = {},
): Promise<ConsolePage> {
  const context = await theBrowser().newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
  });
  const api = new FakeApi();
  await api.install(context);
  const faults = await watch(context, run.origin);
  const page = await context.newPage();
  // The cores are shared with others.
  page.setDefaultTimeout(20_000);
  const opened: ConsolePage = {
    page,
    api,
    faults,
    go: (hash) => page.evaluate(`location.hash = ${JSON.stringify(hash)}; undefined`),
    async close() {
      await context.close();
      if (options.isFaulty !== true) expect(faults).toEqual([]);
    },
  };
  try {
    await page.goto(await oneTimeLink(run, options));
    // The code was exchanged and is gone from the address.
    await page.waitForURL((url) => !url.hash.includes('code='));
    await page.locator('main h1').first().waitFor();
    if (options.at !== undefined) await opened.go(options.at);
  } catch (error) {
    await context.close();
    throw error;
  }
  return opened;
}

/** Requested as `sluice console` does. */
export async function oneTimeLink(
  run: Pick<LocalRun, 'origin' | 'adminToken'>,
  { app, token = run.adminToken }: Pick<ConsoleOptions, 'app' | 'token'> = {},
): Promise<string> {
  const response = await fetch(`${run.origin}/v1/console/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(app === undefined ? {} : { app }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`expected a link to the console, found ${response.status}: ${text}`);
  return String((JSON.parse(text) as { url: unknown }).url);
}

/** An answer of the API that refuses is not a fault of the page: tests cause such answers on purpose. */
const OF_THE_API = /\/(?:v1|console\/session)(?:[/?]|$)/;

async function watch(context: BrowserContext, origin: string): Promise<string[]> {
  const faults: string[] = [];
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (message.text().startsWith('Failed to load resource') && OF_THE_API.test(message.location().url))
      return;
    faults.push(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => faults.push(`not caught: ${String(error.error())}`));
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) faults.push(`request to ${url}`);
  });
  context.on('dialog', (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await context.exposeBinding('reportFault', (_source, text: string) => void faults.push(text));
  await context.addInitScript({
    content: `addEventListener('securitypolicyviolation', (event) =>
      reportFault('policy: ' + [event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber].join(' ')))`,
  });
  return faults;
}
