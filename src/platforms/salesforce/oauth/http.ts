import type { Dispatcher } from 'undici';
import { parseHttpDate } from '../../../base/http-date.ts';
import type { GuardPorts } from '../../outbound/guarded-agents.ts';
import { guardedRequest } from '../../outbound/guarded-request.ts';

/** Posts a form to an OAuth endpoint. */
export interface OAuthHttp {
  /** Never throws for network errors. */
  post(url: string, form: { readonly [name: string]: string }): Promise<OAuthAnswer>;
}

export type OAuthAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      /** From the `Date` header; it shows how far our clock is off. */
      readonly serverTimeMs: number | undefined;
    }
  | { readonly kind: 'no-answer'; readonly message: string };

/** Salesforce answers a token request within a second or two; a Lambda behind an HTTP API has 29. */
const TIMEOUT_MS = 15_000;
/** Answers are a kilobyte or two; an HTML error page may be a few dozen. */
const BODY_BYTES_MAX = 262_144;

/**
 * Uses guarded connections, because a tenant supplies the login URL. The form holds secrets, so redirects are not
 * followed.
 */
export function makeOAuthHttp(ports: GuardPorts): OAuthHttp {
  let agent: Promise<Dispatcher> | undefined;
  // Loaded with the first request, because most starts of a function renew no token.
  const load = async () => {
    const { GuardedAgents } = await import('../../outbound/guarded-agents.ts');
    return new GuardedAgents(ports).make();
  };
  return {
    async post(url, form) {
      agent ??= load();
      const answer = await guardedRequest(await agent, {
        method: 'POST',
        url: new URL(url),
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
        timeoutMs: TIMEOUT_MS,
        bytesMax: BODY_BYTES_MAX,
      });
      if (answer.kind === 'no-answer') return { kind: 'no-answer', message: nameOf(answer.error) };
      const { status, headers, body } = answer;
      return {
        kind: 'answer',
        status,
        body,
        serverTimeMs: headers.date === undefined ? undefined : parseHttpDate(headers.date, ports.clock.now()),
      };
    },
  };
}

/** Describes the network error, by its code if it has one. */
function nameOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
