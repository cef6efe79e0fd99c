import { Flags } from '@oclif/core';
import { type ApiClient, apiPath, type Method } from './api-client.ts';
import type { Destination } from './destination.ts';
import { UsageFailure } from './failure.ts';

export const adminFlag = Flags.boolean({
  description: 'administration tokens instead of those of an app',
  exclusive: ['app'],
  default: false,
});

export interface TokensOf {
  /** The owner for messages: `app my-app`, or `administration`. */
  readonly owner: string;
  /** What a person types to confirm. */
  readonly confirmation: string;
  /** @param path the part after the path of the tokens */
  request(method: Method, path: string, body?: object): Promise<unknown>;
}

/** The tokens of an app, or of the administration: the same routes in two places. */
export function openTokens(
  flags: { readonly admin: boolean; readonly app?: string | undefined },
  destination: Destination,
  makeClient: (destination: Destination) => ApiClient,
): TokensOf {
  const app = flags.app ?? destination.app;
  if (!flags.admin && app === undefined) {
    throw new UsageFailure('expected an app: name it with --app, set SLUICE_APP, or ask for --admin');
  }
  const owned = !flags.admin && app !== undefined;
  const base = owned ? apiPath`/tenants/${app}/tokens` : '/tokens';
  const client = makeClient(destination);
  return {
    owner: owned ? `app ${app}` : 'administration',
    confirmation: owned ? app : 'administration',
    request: (method, path, body) => client.request(method, `${base}${path}`, body),
  };
}
