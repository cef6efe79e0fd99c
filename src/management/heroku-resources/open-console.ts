import { type ApiToken, type App, TOKENS_PER_APP_MAX } from '../../domain/apps/app.ts';
import type { TokenStore } from '../../domain/apps/app-store.ts';
import { newToken } from '../apps/tokens.ts';
import {
  type BegunConsoleSession,
  beginConsoleSession,
  type ConsolePorts,
  makeConsoleLink,
} from '../console/open-console.ts';

/** The token behind the sessions of people who come from Heroku. Nobody holds it; revoking it ends these sessions. */
export const SIGN_ON_TOKEN_LABEL = 'single sign-on from Heroku';

/** Opens a console session for one app. Undefined if the app has no such token and cannot have another one. */
export async function openConsoleOf(
  ports: ConsolePorts & { readonly tokens: TokenStore },
  app: App,
): Promise<BegunConsoleSession | undefined> {
  const token = await signOnToken(ports, app);
  if (token === undefined) return undefined;
  const { code } = await makeConsoleLink(ports, token, app);
  return beginConsoleSession(ports, code);
}

async function signOnToken(
  { tokens, clock }: ConsolePorts & { readonly tokens: TokenStore },
  { id: appId }: App,
): Promise<ApiToken | undefined> {
  const scope = { kind: 'app', appId } as const;
  const held = await tokens.list(scope);
  const known = held.find(({ label }) => label === SIGN_ON_TOKEN_LABEL);
  if (known !== undefined || held.length >= TOKENS_PER_APP_MAX) return known;
  // The secret is discarded, because a session only needs the token's hash.
  const { token } = newToken(scope, SIGN_ON_TOKEN_LABEL, clock.now());
  await tokens.put(token);
  return token;
}
