import { readFile } from 'node:fs/promises';
import { LookupCache } from '../base/cache.ts';
import type { Clock } from '../base/clock.ts';
import {
  type FindHerokuAddon,
  type HerokuAddon,
  parseHerokuAddon,
} from '../domain/heroku-resources/heroku-addon.ts';
import type { Log } from '../telemetry/logger.ts';
import { readSecret } from './secrets-manager/read-secret.ts';

/** Where the add-on's secrets are stored: Secrets Manager on AWS, a file on a laptop. */
export interface HerokuAddonPlace {
  readonly secretArn: string | undefined;
  readonly file: string | undefined;
}

/** How long a change of the secrets may go unseen; requests in between cost no read. */
const CACHED_MS = 60_000;

/** The add-on is off if no place is configured, and while the stored secrets are incomplete. */
export function makeFindHerokuAddon(
  { secretArn, file }: HerokuAddonPlace,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): FindHerokuAddon {
  if (secretArn === undefined && file === undefined) return async () => undefined;
  const cache = new LookupCache<{ readonly addon: HerokuAddon | undefined }>(1, {
    clock,
    ageMsMax: CACHED_MS,
  });
  const find = async () => {
    const text = secretArn === undefined ? await readAddonFile(file ?? '') : await readSecret(secretArn);
    if (text === undefined) return { addon: undefined };
    const addon = parseHerokuAddon(text);
    if (!('fault' in addon)) return { addon };
    log.write('HEROKU_ADDON_OFF', { fault: addon.fault });
    return { addon: undefined };
  };
  return async () => (await cache.get('', find)).addon;
}

/** Undefined while there is no file: creating an add-on creates it. */
async function readAddonFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
