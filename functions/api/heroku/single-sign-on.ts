import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { CONSOLE_SESSION_MS } from '../../../src/domain/apps/console-session.ts';
import type { HerokuAddon } from '../../../src/domain/heroku-resources/heroku-addon.ts';
import { openConsoleOf } from '../../../src/management/heroku-resources/open-console.ts';
import { signOn } from '../../../src/management/heroku-resources/single-sign-on.ts';
import { SessionCookie } from '../console/cookie.ts';
import { page } from '../page.ts';
import { bodyText } from '../parse.ts';
import type { ApiDependencies } from '../ports.ts';
import { PROBLEMS } from '../problems.ts';
import { answer, type Response, refusal } from './answers.ts';

const AGAIN = 'Open the add-on from the page of your app at Heroku, or with: heroku addons:open';

/** Redirects a browser that Heroku sent with a form to the app's console, with a session of one hour. */
export async function singleSignOn(
  event: APIGatewayProxyEventV2,
  addon: HerokuAddon,
  dependencies: ApiDependencies,
): Promise<Response> {
  const { method } = event.requestContext.http;
  if (method !== 'POST') {
    return refusal(405, 'method-not-allowed', `expected POST for this path, found ${method.slice(0, 20)}`, {
      allow: 'POST',
    });
  }
  const body = bodyText(event);
  if (body.kind === 'refused') return refusal(PROBLEMS[body.id].status, body.id, body.message);
  const form = new URLSearchParams(body.value);
  const field = (name: string) => form.get(name) ?? '';
  const outcome = await signOn(dependencies, addon, {
    resourceId: field('resource_id'),
    userScopedToken: field('user_scoped_resource_token'),
    timestamp: field('timestamp'),
    userId: field('user_id'),
    email: field('email'),
  });
  switch (outcome.kind) {
    case 'forbidden':
      // Does not log the app: a forged form can name any app.
      dependencies.log.write('HEROKU_SIGN_ON_REFUSED', { reason: outcome.reason });
      return shown(403, 'This sign-on is not valid', [
        'It was used before, is older than five minutes, or was not made by Heroku.',
        AGAIN,
      ]);
    case 'unknown':
      return shown(404, 'There is no such add-on here', [AGAIN]);
    case 'gone':
      return shown(410, 'The add-on was removed', ['Its app, and all that it had, are gone.']);
    case 'signed-on': {
      const { app, userId } = outcome;
      const session = await openConsoleOf(dependencies, app);
      if (session === undefined) {
        return shown(409, 'The app has too many tokens', [
          'Expected room for one more token, which the sessions of this sign-on need. Delete one that is no longer used: sluice tokens',
        ]);
      }
      dependencies.log.write('HEROKU_SIGN_ON', { appId: app.id, userId });
      const cookie = new SessionCookie(dependencies.publicApiUrl);
      return {
        ...answer(302, undefined, { location: '/console/', 'referrer-policy': 'no-referrer' }),
        cookies: [cookie.set(session.cookie, CONSOLE_SESSION_MS / 1_000)],
      };
    }
  }
}

function shown(status: number, title: string, paragraphs: readonly string[]): Response {
  const { html = '', headers } = page(status, title, paragraphs);
  const response = answer(status, undefined, { 'content-type': 'text/html; charset=utf-8', ...headers });
  return { ...response, body: html };
}
