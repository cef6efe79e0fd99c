import type { Dispatcher } from 'undici';
import * as v from 'valibot';
import type { GuardPorts } from '../outbound/guarded-agents.ts';
import { guardedRequest } from '../outbound/guarded-request.ts';
import type { HerokuHosts } from './heroku-platform.ts';

export type LogInputUrlAnswer =
  /** undefined: the app has no log that accepts lines, like apps on Fir. */
  | { readonly kind: 'url'; readonly url: string | undefined }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface LogInputUrlPorts extends GuardPorts {
  readonly hosts: Pick<HerokuHosts, 'apiUrl'>;
}

const TIMEOUT_MS = 5_000;
/** An attachment is about a kilobyte, and each app that shares the resource has one. */
const BODY_BYTES_MAX = 262_144;
/** The box that encrypts it takes 4,096 bytes. */
const URL_LENGTH_MAX = 2_000;

const AppReference = v.looseObject({ id: v.string() });
const Attachments = v.array(
  v.looseObject({
    app: AppReference,
    addon: v.looseObject({ app: AppReference }),
    log_input_url: v.nullish(v.pipe(v.string(), v.maxLength(URL_LENGTH_MAX))),
  }),
);

/**
 * Asks Heroku for the current log input URL of the app that owns a resource. Never throws for Heroku or network errors.
 */
export function makeFindLogInputUrl(
  ports: LogInputUrlPorts,
): (uuid: string, accessToken: string) => Promise<LogInputUrlAnswer> {
  let agent: Promise<Dispatcher> | undefined;
  // Loaded with the first request: most starts of a function make none.
  const load = async () => {
    const { GuardedAgents } = await import('../outbound/guarded-agents.ts');
    return new GuardedAgents(ports).make();
  };
  return async (uuid, accessToken) => {
    agent ??= load();
    const answer = await guardedRequest(await agent, {
      method: 'GET',
      url: new URL(`${ports.hosts.apiUrl}/addons/${encodeURIComponent(uuid)}/addon-attachments`),
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${accessToken}`,
        'user-agent': 'Sluice',
      },
      timeoutMs: TIMEOUT_MS,
      bytesMax: BODY_BYTES_MAX,
    });
    if (answer.kind === 'no-answer') return { kind: 'unavailable', reason: 'no-answer' };
    const { status, body } = answer;
    if (status === 401 || status === 403) return { kind: 'unauthorized' };
    if (status !== 200) return { kind: 'unavailable', reason: `http-${status}` };
    const attachments = v.safeParse(Attachments, parsed(body));
    // The answer is never quoted: it holds tokens.
    if (!attachments.success) return { kind: 'unavailable', reason: 'answer-not-readable' };
    const ofOwner = attachments.output.find(({ app, addon }) => app.id === addon.app.id);
    return { kind: 'url', url: ofOwner?.log_input_url ?? undefined };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema then rejects it as not one of Heroku's answers.
    return undefined;
  }
}
