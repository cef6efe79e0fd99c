import { publicRoute, type Route } from '../route.ts';
import { APP_ROUTES } from './apps.ts';
import { AUTHORIZATION_ROUTES } from './authorizations.ts';
import { CONSOLE_LINK_ROUTES } from './console-links.ts';
import { CREDENTIAL_ROUTES } from './credentials.ts';
import { DEAD_LETTER_ROUTES } from './dead-letters.ts';
import { DELIVERY_ROUTES } from './deliveries.ts';
import { ERASURE_ROUTES } from './erasures.ts';
import { FLOW_ROUTES } from './flow.ts';
import { HEROKU_ROUTES } from './heroku.ts';
import { HISTORY_ROUTES } from './history.ts';
import { KEPT_EVENT_ROUTES } from './kept-events.ts';
import { LISTENER_ROUTES } from './listeners.ts';
import { LOG_ROUTES } from './logs.ts';
import { OAUTH_ROUTES } from './oauth-callback.ts';
import { PUBLIC_KEY_ROUTES } from './public-keys.ts';
import { PUBLICATION_ROUTES } from './publications.ts';
import { QUARANTINE_ROUTES } from './quarantine.ts';
import { REDRIVE_ROUTES } from './redrives.ts';
import { STATUS_ROUTES } from './status.ts';
import { STREAM_ROUTES } from './streams.ts';
import { SUBSCRIPTION_ROUTES } from './subscriptions.ts';
import { TOKEN_ROUTES } from './tokens.ts';

const OPENAPI_ROUTE: Route = publicRoute({
  method: 'GET',
  path: '/v1/openapi.json',
  id: 'showOpenApi',
  summary: 'This document',
  answer: { status: 200, schema: 'document' },
  problems: [],
  async run(_query, { publicApiUrl }) {
    // Loaded on first use: no other request needs the document or the code that generates it.
    const { openApiDocument } = await import('../openapi.ts');
    return { kind: 'answer', status: 200, body: openApiDocument(ROUTES, publicApiUrl) };
  },
});

/** Everything that the management API serves. */
export const ROUTES: readonly Route[] = [
  ...APP_ROUTES,
  ...TOKEN_ROUTES,
  ...CONSOLE_LINK_ROUTES,
  ...CREDENTIAL_ROUTES,
  ...AUTHORIZATION_ROUTES,
  ...SUBSCRIPTION_ROUTES,
  ...KEPT_EVENT_ROUTES,
  ...PUBLICATION_ROUTES,
  ...STREAM_ROUTES,
  ...LISTENER_ROUTES,
  ...DELIVERY_ROUTES,
  ...REDRIVE_ROUTES,
  ...ERASURE_ROUTES,
  ...QUARANTINE_ROUTES,
  ...DEAD_LETTER_ROUTES,
  ...FLOW_ROUTES,
  ...HISTORY_ROUTES,
  ...LOG_ROUTES,
  ...HEROKU_ROUTES,
  ...STATUS_ROUTES,
  ...OAUTH_ROUTES,
  ...PUBLIC_KEY_ROUTES,
  OPENAPI_ROUTE,
];
