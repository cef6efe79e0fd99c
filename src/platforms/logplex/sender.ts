import { decodePercent } from '../../base/percent.ts';
import type { GuardPorts } from '../outbound/guarded-agents.ts';
import { guardedRequest, TimeUpError } from '../outbound/guarded-request.ts';
import { frameOf, type LogplexLine, tagOf } from './frames.ts';

export type LogplexAnswer =
  | { readonly kind: 'taken' }
  /** Logplex does not accept lines at this URL; a fresh URL may work. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The next attempt may succeed. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface LogplexPorts extends GuardPorts {
  /** For the whole request. */
  readonly timeoutMs: number;
}

/** The answer has no body. */
const ANSWER_BYTES_MAX = 4_096;
/** Statuses that say nothing about the URL. */
const PASSING_STATUSES = new Set([408, 425, 429]);

/**
 * Sends lines to the log stream of a Heroku app over guarded connections, because the URL came in with a request. The
 * URL holds a token and appears in no error and no log.
 */
export class LogplexSender {
  readonly #ports: LogplexPorts;
  #agents: Promise<{ of(appId: string): Parameters<typeof guardedRequest>[0] }> | undefined;

  constructor(ports: LogplexPorts) {
    this.#ports = ports;
  }

  /** Never throws for a bad URL or a network error. */
  async send(appId: string, url: string, lines: readonly LogplexLine[]): Promise<LogplexAnswer> {
    const input = inputOf(url, this.#ports.addresses.allowLoopback);
    if (input === undefined) return { kind: 'refused', reason: 'url-not-usable' };
    const body = lines.map(frameOf).join('');
    this.#agents ??= this.#load();
    const answer = await guardedRequest((await this.#agents).of(appId), {
      method: 'POST',
      url: input.url,
      headers: {
        authorization: input.authorization,
        'content-type': 'application/logplex-1',
        'content-length': String(Buffer.byteLength(body)),
        'logplex-msg-count': String(lines.length),
        // Heroku requires a user agent that names the add-on.
        'user-agent': `${tagOf(lines[0]?.tag ?? '')} (Sluice)`,
      },
      body,
      timeoutMs: this.#ports.timeoutMs,
      bytesMax: ANSWER_BYTES_MAX,
    });
    if (answer.kind === 'no-answer') return { kind: 'unavailable', reason: reasonOf(answer.error) };
    const { status } = answer;
    if (status >= 200 && status < 300) return { kind: 'taken' };
    const isOfTheUrl = status >= 300 && status < 500 && !PASSING_STATUSES.has(status);
    return { kind: isOfTheUrl ? 'refused' : 'unavailable', reason: `http-${status}` };
  }

  /** Loaded with the first line, because most starts of a function send none. */
  async #load() {
    const { GuardedAgents } = await import('../outbound/guarded-agents.ts');
    return new GuardedAgents(this.#ports);
  }
}

/** The URL without its user and password, which go into a header. Plain text is for a laptop only. */
function inputOf(
  text: string,
  allowLoopback: boolean,
): { readonly url: URL; readonly authorization: string } | undefined {
  const url = URL.parse(text);
  if (url === null) return undefined;
  if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:')) return undefined;
  const user = decodePercent(url.username);
  const password = decodePercent(url.password);
  if (user === undefined || password === undefined) return undefined;
  url.username = '';
  url.password = '';
  return { url, authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** The error's code, never its message, which may name the host. */
function reasonOf(error: Error): string {
  if (error instanceof TimeUpError) return 'timeout';
  return 'code' in error && typeof error.code === 'string'
    ? error.code.toLowerCase().replaceAll('_', '-')
    : 'network-error';
}
