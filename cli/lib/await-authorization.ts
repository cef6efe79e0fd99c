import { setTimeout as sleep } from 'node:timers/promises';
import { ux } from '@oclif/core';
import { apiPath } from './api-client.ts';
import { AuthorizationAnswer, isActive } from './authorization-display.ts';
import { openBrowser } from './browser.ts';
import { Failure } from './failure.ts';
import type { AppApi } from './sluice-command.ts';
import { isQuit, type Keyboard, openKeyboard } from './terminal.ts';

/** Often enough for a person who waits, and no load for the service. */
const POLL_INTERVAL_MS = 3_000;
/** Longer than most take to log in; the address itself is good for an hour. */
const WAIT_MS_MAX = 20 * 60_000;

/**
 * Leads the person through the browser where the flow needs one, and waits until Salesforce's answer is known.
 * `q` takes the authorization back.
 */
export async function awaitAuthorization(
  api: AppApi,
  created: AuthorizationAnswer,
  browser: string | undefined,
): Promise<void> {
  if (isActive(created)) return;
  if (isOver(created)) throw ended(created);
  const interactive = process.stdin.isTTY;
  const keyboard = interactive ? openKeyboard() : undefined;
  try {
    const redirectUri = created.extra?.redirect_uri;
    if (redirectUri !== undefined) await sendToBrowser(api, created, redirectUri, browser, keyboard);
    await poll(api, created, keyboard);
  } finally {
    keyboard?.close();
  }
}

async function sendToBrowser(
  api: AppApi,
  created: AuthorizationAnswer,
  redirectUri: string,
  browser: string | undefined,
  keyboard: Keyboard | undefined,
): Promise<void> {
  ux.stderr(`Opening browser to ${redirectUri}`);
  if (keyboard !== undefined) {
    ux.stderr(`Press any key to open up the browser to authorize ${api.app} or q to exit`);
    if (isQuit(await keyboard.nextKey())) await cancel(api, created);
  }
  // Without a terminal there may be no desktop either; the address above is what the person goes by.
  const wanted = keyboard !== undefined || browser !== undefined;
  if (wanted && !(await openBrowser(redirectUri, browser))) ux.warn('Cannot open browser.');
}

async function poll(
  api: AppApi,
  created: AuthorizationAnswer,
  keyboard: Keyboard | undefined,
): Promise<void> {
  ux.action.start('Heroku Events: Waiting for authentication');
  const startedAtMs = Date.now();
  let toldReason: string | undefined;
  for (;;) {
    const authorization = await api.get(apiPath`/authorizations/${created.id}`, AuthorizationAnswer);
    if (isActive(authorization)) return ux.action.stop();
    if (isOver(authorization)) throw ended(authorization);
    const reason = authorization.reason?.message;
    if (reason !== undefined && reason !== toldReason) {
      toldReason = reason;
      await ux.action.pause(() => ux.warn(`${reason}\nThe same address can be opened again.`));
    }
    const waitedMs = Date.now() - startedAtMs;
    if (waitedMs > WAIT_MS_MAX) {
      throw new Failure(
        `not authorized within ${WAIT_MS_MAX / 60_000} minutes: destroy the authorization and create it again`,
      );
    }
    const hint = keyboard === undefined ? '' : ', q to cancel';
    ux.action.status = `${authorization.status ?? 'pending'}, ${Math.round(waitedMs / 1_000)} s${hint}`;
    if (await quitWithin(POLL_INTERVAL_MS, keyboard)) await cancel(api, created);
  }
}

/** Waits; true at once when the person quits. */
async function quitWithin(ms: number, keyboard: Keyboard | undefined): Promise<boolean> {
  if (keyboard === undefined) {
    await sleep(ms);
    return false;
  }
  const timeUp = AbortSignal.timeout(ms);
  while (!timeUp.aborted) {
    if (isQuit(await keyboard.nextKey(timeUp))) return true;
  }
  return false;
}

async function cancel(api: AppApi, created: AuthorizationAnswer): Promise<never> {
  await api.request('DELETE', apiPath`/authorizations/${created.id}`);
  throw new Failure('quit');
}

function isOver(authorization: AuthorizationAnswer): boolean {
  return authorization.status === 'dead' || authorization.status === 'failing';
}

function ended(authorization: AuthorizationAnswer): Failure {
  const { reason } = authorization;
  const lines = [reason?.message ?? `the authorization is ${authorization.status ?? 'not active'}`];
  if (reason?.id !== undefined) lines.push('', `Error ID: ${reason.id}`);
  return new Failure(lines.join('\n'));
}
