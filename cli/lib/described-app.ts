import { isUuid } from '../../src/base/ids.ts';
import { App } from '../../src/management/apps/schema.ts';
import { ApiError, apiPath, expectShape } from './api-client.ts';
import { reading } from './reading.ts';
import type { AppApi } from './sluice-command.ts';

export interface DescribedApp {
  readonly name: string;
  /** The value of HEROKUEVENTS_API_URL. */
  readonly apiUrl: string;
}

/** Asks the service for the app's name. An app's token may not ask; then the name that the person gave is used. */
export async function describeApp({ app, client, destination }: AppApi): Promise<DescribedApp> {
  const tenantUrl = (id: string) => `${destination.apiUrl}/v1/tenants/${id}`;
  try {
    const answer = await client.request('GET', apiPath`/apps/${app}`);
    const found = expectShape(reading(App), answer, 'the app');
    return { name: found.name, apiUrl: found.api_url ?? tenantUrl(found.id) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return { name: app, apiUrl: tenantUrl(app) };
    throw error;
  }
}

/** The app's name for titles, also when the person gave an id, if the token may ask for the name. */
export async function appTitle(api: AppApi): Promise<string> {
  return api.destination.shownAs === undefined && isUuid(api.app) ? (await describeApp(api)).name : api.app;
}
