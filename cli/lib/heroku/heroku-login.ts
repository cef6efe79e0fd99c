import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '@oclif/core';
import * as v from 'valibot';

/** The parts of the Heroku CLI's client that we use. None of them sends anything. */
const HostModule = v.looseObject({ APIClient: v.function() });
const HostClient = v.looseObject({ auth: v.optional(v.string()), getAuth: v.optional(v.function()) });

/**
 * The token of the person's Heroku login; undefined where there is none. The Heroku CLI stores it in a key ring or in
 * .netrc, so the CLI's own code reads it, loaded from the folder of the CLI that runs this command.
 */
export async function herokuToken(config: Config, apiKey: string | undefined): Promise<string | undefined> {
  if (apiKey !== undefined && apiKey !== '') return apiKey;
  let path: string;
  try {
    path = createRequire(join(config.root, 'package.json')).resolve('@heroku-cli/command');
  } catch {
    // This is another program named heroku: it has no login.
    return undefined;
  }
  const { APIClient } = v.parse(HostModule, { ...(await import(pathToFileURL(path).href)) });
  const client: unknown = Reflect.construct(APIClient, [config]);
  const { auth, getAuth } = v.parse(HostClient, hostClientParts(client));
  // Older versions have it without a request.
  const token: unknown = getAuth === undefined ? auth : await getAuth.call(client);
  return typeof token === 'string' && token !== '' ? token : undefined;
}

/** Both are members of the class rather than the object's own. */
function hostClientParts(client: unknown): unknown {
  return typeof client === 'object' && client !== null
    ? { auth: Reflect.get(client, 'auth'), getAuth: Reflect.get(client, 'getAuth') }
    : client;
}
