import { timeText } from '../../../src/base/calendar.ts';
import { type ApiToken, type App, type PublishCredential, useOf } from '../../../src/domain/apps/app.ts';
import { retentionText } from '../../../src/management/apps/change-app.ts';
import type * as schema from '../../../src/management/apps/schema.ts';
import type { Shown } from '../shown.ts';

export function appObject(
  app: App,
  { publicApiUrl, publishBaseUrl }: { readonly publicApiUrl: string; readonly publishBaseUrl: string },
): Shown<typeof schema.App> {
  return {
    id: app.id,
    name: app.name,
    created_at: timeText(app.createdAtMs),
    api_url: `${publicApiUrl}/v1/tenants/${app.id}`,
    publish_host: new URL(publishBaseUrl).host,
    retention: app.retentionMs === undefined ? undefined : retentionText(app.retentionMs),
  };
}

export function tokenObject(token: ApiToken): Shown<typeof schema.Token> {
  return {
    id: token.id,
    label: token.label,
    scope: token.scope.kind,
    created_at: timeText(token.createdAtMs),
  };
}

/** Whether the credential is a login. What opens an inbound URL is not; it is shown with its subscription. */
export function isLogin(credential: PublishCredential): boolean {
  return useOf(credential) !== 'inbound';
}

export function credentialObject(credential: PublishCredential): Shown<typeof schema.Credential> {
  return {
    user: credential.user,
    use: credential.use === 'subscribe' ? 'subscribe' : 'publish',
    created_at: timeText(credential.createdAtMs),
  };
}
