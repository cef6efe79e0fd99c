import { setTimeout as sleep } from 'node:timers/promises';
import { ux } from '@oclif/core';
import { apiPath } from './api-client.ts';
import { type AuthorizationAnswer, isActive, readAuthorization } from './authorization-display.ts';
import { openBrowser } from './browser.ts';
import { Failure } from './failure.ts';
import type { AppApi } from './sluice-command.ts';
import { isQuit, type Keyboard, openKeyboard } from './terminal.ts';
import { visible } from './visible.ts';

/** Often enough for a person who waits, and rare enough not to load the service. */
const POLL_INTERVAL_MS = 3_000;
/** Longer than most people need to log in; the address itself is valid for an hour. */
const WAIT_MS_MAX = 20 * 60_000;

/** What a login in the browser is for. */
export interface LoginPurpose {
  isDone(authorization: AuthorizationAnswer): boolean;
  /** Whether the login can no longer succeed. */
  isOver(authorization: AuthorizationAnswer): boolean;
  /** Why the last attempt did not succeed. */
  reasonOf(authorization: AuthorizationAnswer): string | undefined;
  /** Cleans up when the person quits. */
  quit(api: AppApi, authorization: AuthorizationAnswer): Promise<void>;
  readonly afterTimeout: string;
}

/** The first login. The authorization does not work before it. */
export const FIRST_LOGIN: LoginPurpose = {
  isDone: isActive,
  isOver: ({ status }) => status === 'dead' || status === 'failing',
  reasonOf: ({ reason }) => reason?.message,
  async quit(api, { id }) {
    await api.request('DELETE', apiPath`/authorizations/${id}`);
  },
  afterTimeout: 'the address is good for an hour; after that, run the same command again',
};

/** A repeated login. Until it succeeds, the authorization uses its present credentials. */
export const LOGIN_ANEW: LoginPurpose = {
  isDone: ({ extra }) => extra === undefined,
  isOver: () => false,
  reasonOf: ({ extra }) => extra?.reason?.message,
  // Nothing was changed, and an unused address expires.
  async quit() {},
  afterTimeout: 'the authorization is as it was; to log in to it again, run the same command',
};

/**
 * Opens the browser, waits until Salesforce's answer is known, and returns the authorization in its new state. Without
 * a terminal and without a named browser nobody could log in, so it fails with the address.
 */
export async function awaitLogin(
  api: AppApi,
  begun: AuthorizationAnswer,
  browser: string | undefined,
  purpose: LoginPurpose,
): Promise<unknown> {
  if (purpose.isOver(begun)) throw ended(begun);
  const redirectUri = begun.extra?.redirect_uri;
  const keyboard = process.stdin.isTTY ? openKeyboard() : undefined;
  try {
    if (redirectUri !== undefined) {
      if (keyboard === undefined && browser === undefined) throw nobodyThere(begun, redirectUri);
      await sendToBrowser(api, begun, redirectUri, browser, keyboard, purpose);
    }
    return await poll(api, begun, keyboard, purpose);
  } finally {
    keyboard?.close();
  }
}

function nobodyThere({ alias, id }: AuthorizationAnswer, redirectUri: string): Failure {
  return new Failure(
    `a person has to log in, and there is no terminal to ask at. Open this address in a browser within an hour:\n${redirectUri}\n` +
      `Whether it was done is said by events:authorizations:info ${alias ?? id}. Where no person is, use --flow jwt or client-credentials.`,
  );
}

async function sendToBrowser(
  api: AppApi,
  begun: AuthorizationAnswer,
  redirectUri: string,
  browser: string | undefined,
  keyboard: Keyboard | undefined,
  purpose: LoginPurpose,
): Promise<void> {
  ux.stderr(visible(`Opening browser to ${redirectUri}`));
  if (keyboard !== undefined) {
    ux.stderr(`Press any key to open up the browser to authorize ${api.app} or q to exit`);
    if (isQuit(await keyboard.nextKey())) await quit(api, begun, purpose);
  }
  if (!(await openBrowser(redirectUri, browser))) ux.warn('Cannot open browser.');
}

async function poll(
  api: AppApi,
  begun: AuthorizationAnswer,
  keyboard: Keyboard | undefined,
  purpose: LoginPurpose,
): Promise<unknown> {
  ux.action.start('Heroku Events: Waiting for authentication');
  const startedAtMs = Date.now();
  let saidReason: string | undefined;
  for (;;) {
    const answer = await api.request('GET', apiPath`/authorizations/${begun.id}`);
    const authorization = readAuthorization(answer);
    if (purpose.isDone(authorization)) {
      ux.action.stop();
      return answer;
    }
    if (purpose.isOver(authorization)) throw ended(authorization);
    const reason = purpose.reasonOf(authorization);
    if (reason !== undefined && reason !== saidReason) {
      saidReason = reason;
      await ux.action.pause(() => ux.warn(visible(`${reason}\nThe same address can be opened again.`)));
    }
    const waitedMs = Date.now() - startedAtMs;
    if (waitedMs > WAIT_MS_MAX) {
      throw new Failure(`not authorized within ${WAIT_MS_MAX / 60_000} minutes: ${purpose.afterTimeout}`);
    }
    const hint = keyboard === undefined ? '' : ', q to cancel';
    ux.action.status = `${authorization.status ?? 'pending'}, ${Math.round(waitedMs / 1_000)} s${hint}`;
    if (await quitWithin(POLL_INTERVAL_MS, keyboard)) await quit(api, begun, purpose);
  }
}

/** Waits for `ms`; resolves to true at once when the person quits. */
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

async function quit(api: AppApi, begun: AuthorizationAnswer, purpose: LoginPurpose): Promise<never> {
  await purpose.quit(api, begun);
  throw new Failure('quit');
}

function ended(authorization: AuthorizationAnswer): Failure {
  const { reason } = authorization;
  const lines = [reason?.message ?? `the authorization is ${authorization.status ?? 'not active'}`];
  if (reason?.id !== undefined) lines.push('', `Error ID: ${reason.id}`);
  return new Failure(lines.join('\n'));
}
