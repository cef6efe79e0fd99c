import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '@oclif/core';
import * as v from 'valibot';

/** What is used of the client of the Heroku CLI: nothing that sends anything. */
const HostModule = v.looseObject({ APIClient: v.function() });
const HostClient = v.looseObject({ auth: v.optional(v.string()), getAuth: v.optional(v.function()) });

/**
 * The token of the person's Heroku login, or undefined where there is none. The Heroku CLI knows where it keeps it (a key
 * ring, or .netrc), so its own code reads it, from the folder of the CLI that runs this command.
 */
export async function herokuToken(config: Config, apiKey: string | undefined): Promise<string | undefined> {
  if (apiKey !== undefined && apiKey !== '') return apiKey;
  let path: string;
  try {
    path = createRequire(join(config.root, 'package.json')).resolve('@heroku-cli/command');
  } catch {
    // Not the Heroku CLI but one of its name: it has no login.
    return undefined;
  }
  const { APIClient } = v.parse(HostModule, { ...(await import(pathToFileURL(path).href)) });
  const client: unknown = Reflect.construct(APIClient, [config]);
  const { auth, getAuth } = v.parse(HostClient, hostClientParts(client));
  // Older ones know it at once.
  const token: unknown = getAuth === undefined ? auth : await getAuth.call(client);
  return typeof token === 'string' && token !== '' ? token : undefined;
}

/** Both are the class's, not the object's own. */
function hostClientParts(client: unknown): unknown {
  return typeof client === 'object' && client !== null
    ? { auth: Reflect.get(client, 'auth'), getAuth: Reflect.get(client, 'getAuth') }
    : client;
}
