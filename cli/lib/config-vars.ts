import { keptUrl } from './credentials-file.ts';
import { describeApp } from './described-app.ts';
import type { AppApi } from './sluice-command.ts';

export const CONFIG_VAR_NAMES = [
  'HEROKUEVENTS_API_URL',
  'HEROKUEVENTS_PUBLISH_URL',
  'HEROKUEVENTS_SUBSCRIBE_URL',
] as const;

export interface ConfigVars {
  /** The name of the app. */
  readonly name: string;
  /** The values by variable; publish URL and subscribe URL only if this computer stored them. */
  readonly vars: Readonly<Record<string, string>>;
}

/** What the add-on would set in the app. */
export async function configVars(api: AppApi): Promise<ConfigVars> {
  const { name, apiUrl } = await describeApp(api);
  const { credentials } = api.destination;
  const publishUrl = keptUrl(credentials, name, 'publish');
  const subscribeUrl = keptUrl(credentials, name, 'subscribe');
  return {
    name,
    vars: {
      HEROKUEVENTS_API_URL: apiUrl,
      ...(publishUrl !== undefined && { HEROKUEVENTS_PUBLISH_URL: publishUrl }),
      ...(subscribeUrl !== undefined && { HEROKUEVENTS_SUBSCRIBE_URL: subscribeUrl }),
    },
  };
}
