import type { Dispatcher } from 'undici';
import * as v from 'valibot';
import type { FindHerokuAddon, HerokuConfigVars } from '../../domain/heroku-resources/heroku-addon.ts';
import type {
  HerokuAnswer,
  HerokuPlatform,
  HerokuTokenAnswer,
} from '../../domain/heroku-resources/heroku-platform.ts';
import type { GuardPorts } from '../outbound/guarded-agents.ts';
import { type GuardedAnswer, type GuardedRequest, guardedRequest } from '../outbound/guarded-request.ts';

export interface HerokuHosts {
  /** Without a trailing slash, such as https://api.heroku.com. */
  readonly apiUrl: string;
  readonly identityUrl: string;
}

export interface HerokuPlatformPorts extends GuardPorts {
  readonly hosts: HerokuHosts;
  readonly addon: FindHerokuAddon;
}

/** A function behind the HTTP API has 29 s in total. */
const TIMEOUT_MS = 15_000;
/** Answers are a few kilobytes. */
const BODY_BYTES_MAX = 65_536;
const MESSAGE_LENGTH_MAX = 200;
/** Longer tokens would not fit the box that encrypts them; Heroku's have a few dozen characters. */
const TOKEN_LENGTH_MAX = 3_000;

const Tokens = v.looseObject({
  access_token: v.pipe(v.string(), v.minLength(1), v.maxLength(TOKEN_LENGTH_MAX)),
  refresh_token: v.nullish(v.pipe(v.string(), v.minLength(1), v.maxLength(TOKEN_LENGTH_MAX))),
  /** Seconds. */
  expires_in: v.pipe(v.number(), v.minValue(1), v.maxValue(365 * 86_400)),
});
const Problem = v.looseObject({ message: v.string() });

/**
 * Over guarded connections, like everything that carries a secret; the hosts are the installation's, not a tenant's.
 */
export class HttpHerokuPlatform implements HerokuPlatform {
  readonly #ports: HerokuPlatformPorts;
  #agent: Promise<Dispatcher> | undefined;

  constructor(ports: HerokuPlatformPorts) {
    this.#ports = ports;
  }

  exchange(code: string): Promise<HerokuTokenAnswer> {
    return this.#token({ grant_type: 'authorization_code', code });
  }

  refresh(refreshToken: string): Promise<HerokuTokenAnswer> {
    return this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  async setConfig(uuid: string, accessToken: string, configVars: HerokuConfigVars): Promise<HerokuAnswer> {
    const config = Object.entries(configVars).map(([name, value]) => ({ name, value }));
    const answer = await this.#send({
      method: 'PATCH',
      url: new URL(`${this.#ports.hosts.apiUrl}/addons/${encodeURIComponent(uuid)}/config`),
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ config }),
    });
    return failureOf(answer) ?? { kind: 'done' };
  }

  async #token(fields: Readonly<Record<string, string>>): Promise<HerokuTokenAnswer> {
    const addon = await this.#ports.addon();
    if (addon === undefined) {
      return { kind: 'unavailable', message: 'the secrets of the add-on are not set' };
    }
    const answer = await this.#send({
      method: 'POST',
      url: new URL(`${this.#ports.hosts.identityUrl}/oauth/token`),
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      // In the body, because a URL would be logged on its way.
      body: new URLSearchParams({ ...fields, client_secret: addon.clientSecret }).toString(),
    });
    const failure = failureOf(answer);
    if (failure !== undefined) return failure;
    const tokens = v.safeParse(Tokens, jsonOf(answer));
    if (!tokens.success) {
      // The answer is never quoted: it may hold a token.
      return {
        kind: 'unavailable',
        message: 'Heroku answered a token request with something that is no token',
      };
    }
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = tokens.output;
    return {
      kind: 'tokens',
      accessToken,
      refreshToken: refreshToken ?? undefined,
      expiresInMs: seconds * 1_000,
    };
  }

  async #send(request: Pick<GuardedRequest, 'method' | 'url' | 'headers' | 'body'>): Promise<GuardedAnswer> {
    this.#agent ??= this.#load();
    return guardedRequest(await this.#agent, { ...request, timeoutMs: TIMEOUT_MS, bytesMax: BODY_BYTES_MAX });
  }

  // Loaded with the first request: most starts of a function make none.
  async #load(): Promise<Dispatcher> {
    const { GuardedAgents } = await import('../outbound/guarded-agents.ts');
    return new GuardedAgents(this.#ports).make();
  }
}

function failureOf(answer: GuardedAnswer): Exclude<HerokuAnswer, { readonly kind: 'done' }> | undefined {
  if (answer.kind === 'no-answer') {
    const { error } = answer;
    return { kind: 'unavailable', message: `Heroku did not answer: ${error.message}` };
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const problem = v.safeParse(Problem, jsonOf(answer));
  const said = problem.success ? `: ${problem.output.message.slice(0, MESSAGE_LENGTH_MAX)}` : '';
  const message = `Heroku answered ${status}${said}`;
  // Redirects are not followed; 408 and 429 are transient.
  return status >= 400 && status < 500 && status !== 408 && status !== 429
    ? { kind: 'refused', isUnauthorized: status === 400 || status === 401 || status === 403, message }
    : { kind: 'unavailable', message };
}

function jsonOf(answer: GuardedAnswer): unknown {
  try {
    return answer.kind === 'answer' ? JSON.parse(answer.body) : undefined;
  } catch {
    // A body that is not JSON holds neither a token nor a message; the caller says what that means.
    return undefined;
  }
}
