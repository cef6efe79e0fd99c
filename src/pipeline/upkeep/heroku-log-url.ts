import type { HerokuResource } from '../../domain/heroku-resources/heroku-resource.ts';
import { type HerokuGrantPorts, herokuAccessToken } from './heroku-grant.ts';

export interface HerokuLogUrlPorts extends HerokuGrantPorts {
  readonly findLogInputUrl: (
    uuid: string,
    accessToken: string,
  ) => Promise<
    | { readonly kind: 'url'; readonly url: string | undefined }
    | { readonly kind: 'unauthorized' }
    | { readonly kind: 'unavailable'; readonly reason: string }
  >;
}

/**
 * Returns the URL that Heroku currently has for the log of the resource's app; undefined if it cannot be known, which
 * is logged.
 */
export async function freshLogUrl(
  ports: HerokuLogUrlPorts,
  { uuid, appId, grant }: HerokuResource,
): Promise<string | undefined> {
  // The code of a grant works only once: its exchange has its own place, and is not started while sending log lines.
  if (grant.state === 'waiting') return undefined;
  let refusedToken: string | undefined;
  // A token that Heroku refuses is refreshed once.
  for (let tries = 0; tries < 2; tries += 1) {
    const access = await herokuAccessToken(ports, uuid, {
      ...(refusedToken !== undefined && { refusedToken }),
    });
    if (access.kind !== 'token') {
      ports.log.write('APP_LOG_URL_UNKNOWN', { appId, uuid, reason: access.message });
      return undefined;
    }
    const answer = await ports.findLogInputUrl(uuid, access.accessToken);
    if (answer.kind === 'url') return answer.url;
    if (answer.kind === 'unavailable') {
      ports.log.write('APP_LOG_URL_UNKNOWN', { appId, uuid, reason: answer.reason });
      return undefined;
    }
    refusedToken = access.accessToken;
  }
  ports.log.write('APP_LOG_URL_UNKNOWN', { appId, uuid, reason: 'unauthorized' });
  return undefined;
}
