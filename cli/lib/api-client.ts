import * as v from 'valibot';
import { isAlive } from '../../src/base/is-alive.ts';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import { Problem } from '../../src/management/problems/schema.ts';
import type { Destination } from './destination.ts';
import { Failure } from './failure.ts';
import { sayingWhenSlow } from './progress.ts';

/** Longer than the service's own limit of 29 s, so that the person sees its answer rather than our timeout. */
const REQUEST_TIMEOUT_MS = 35_000;
/** Enough of an unexpected answer to recognise a proxy's error page. */
const BODY_SHOWN_MAX = 300;

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The service refused the request. */
export class ApiError extends Failure {
  readonly status: number;
  /** Stable, e.g. `name-taken`; undefined when the answer did not come from the service. */
  readonly errorId: string | undefined;

  constructor(message: string, status: number, errorId: string | undefined) {
    super(message);
    this.status = status;
    this.errorId = errorId;
  }
}

/** No answer arrived, so it is unknown whether the request took effect. */
export class UnansweredError extends Failure {}

/** An answer, with the headers that later requests need. */
export interface Answer {
  readonly body: unknown;
  /** For `If-Match`. */
  readonly etag: string | undefined;
  /** The header in which a page of a list names the next page. */
  readonly link: string | undefined;
}

/** The management API as docs/api.md describes it. Every failure is a `Failure` that says what to do. */
export class ApiClient {
  readonly #destination: Destination;
  readonly #userAgent: string;
  readonly #saysWhenSlow: boolean;

  /** @param saysWhenSlow on the terminal; not where something else is drawn there */
  constructor(destination: Destination, userAgent: string, { saysWhenSlow = true } = {}) {
    this.#destination = destination;
    this.#userAgent = userAgent;
    this.#saysWhenSlow = saysWhenSlow;
  }

  /** `path` begins after `/v1`. Answers the parsed body as it is. */
  async request(method: Method, path: string, body?: object): Promise<unknown> {
    return (await this.exchange(method, path, body)).body;
  }

  /** As `request`, with headers of its own. @param signal gives up the wait for the answer */
  async exchange(
    method: Method,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<Answer> {
    const url = `${this.#destination.apiUrl}/v1${path}`;
    const send = () => this.#send(method, url, body, headers, signal);
    const { ok, status, text, etag, link } = this.#saysWhenSlow
      ? await sayingWhenSlow(`Waiting for ${new URL(url).host}`, send)
      : await send();
    if (!ok) throw apiError(method, url, status, text, this.#destination);
    return { body: text === '' ? undefined : parsedBody(method, url, text), etag, link };
  }

  async #send(
    method: Method,
    url: string,
    body: object | undefined,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<{
    readonly ok: boolean;
    readonly status: number;
    readonly text: string;
    readonly etag: string | undefined;
    readonly link: string | undefined;
  }> {
    try {
      const response = await fetch(url, {
        method,
        headers: {
          ...headers,
          accept: 'application/json',
          authorization: `Bearer ${this.#destination.token}`,
          'user-agent': this.#userAgent,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: stringifyJson(body) }),
        // A token is for the host it was given for.
        redirect: 'error',
        signal: AbortSignal.any([
          AbortSignal.timeout(REQUEST_TIMEOUT_MS),
          ...(signal === undefined ? [] : [signal]),
        ]),
      });
      const { ok, status, headers: answered } = response;
      const etag = answered.get('etag') ?? undefined;
      return { ok, status, text: await response.text(), etag, link: answered.get('link') ?? undefined };
    } catch (error) {
      throw new UnansweredError(unreachableMessage(this.#destination, error));
    }
  }
}

/** A path of literal text and names; names are escaped: apiPath`/tenants/${app}/status`. */
export function apiPath(literals: TemplateStringsArray, ...names: readonly string[]): string {
  return literals.reduce((path, literal, at) => path + encodeURIComponent(names[at - 1] ?? '') + literal);
}

/** What the command relies on in an answer. `what` names it for the message. */
export function expectShape<const S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  what: string,
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const where = v.getDotPath(issue) ?? 'its top';
  throw new Failure(
    `the service's answer for ${what} is not what this version knows (at ${where}: ${issue.message}): ` +
      'check that the CLI and the service are of the same version',
  );
}

/** A gateway or a proxy that answers instead of the service says less. */
const AnyProblem = v.partial(Problem);

function apiError(
  method: Method,
  url: string,
  status: number,
  text: string,
  { apiUrl, localRun, source }: Destination,
): ApiError {
  const problem = v.safeParse(AnyProblem, parsedOrUndefined(text));
  const message = problem.success ? (problem.output.message ?? problem.output.detail) : undefined;
  if (!problem.success || message === undefined) {
    const shown = text.length > BODY_SHOWN_MAX ? `${text.slice(0, BODY_SHOWN_MAX)}…` : text;
    return new ApiError(
      `HTTP Error ${status} for ${method} ${url}${shown === '' ? '' : `\n${shown}`}\n` +
        `This is not how a Sluice management API answers: check the address ${apiUrl}`,
      status,
      undefined,
    );
  }
  const { id, errors = [] } = problem.output;
  // The message of an invalid request holds those of its fields already.
  const lines = [message, ...errors.map((error) => error.message).filter((line) => !message.includes(line))];
  if (status === 401) {
    lines.push(
      localRun === undefined
        ? `Check ${source?.token ?? 'SLUICE_TOKEN'}: it must be a live token of this installation.`
        : `Unless SLUICE_TOKEN names another, the token is that of ${localRun.file}. If it was destroyed, start the local run again: it makes another.`,
    );
  }
  if (id !== undefined) lines.push('', `Error ID: ${id}`);
  return new ApiError(lines.join('\n'), status, id);
}

function parsedBody(method: Method, url: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // What it was does not matter to the reader of the message: the address is most likely another server's.
    throw new Failure(
      `expected JSON from ${method} ${url}, found something else: is this address a Sluice management API?`,
    );
  }
}

function parsedOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function unreachableMessage(destination: Destination, error: unknown): string {
  const { apiUrl, localRun, source } = destination;
  if (localRun !== undefined && localRun.pid !== undefined && !isAlive(localRun.pid)) {
    return `the local run that wrote ${localRun.file} is not running any more (process ${localRun.pid}): start it again with npm start`;
  }
  const cause = networkCause(error);
  const advice =
    localRun === undefined
      ? `check ${source?.url ?? 'SLUICE_API_URL'} and the network`
      : `${localRun.file} says it should be there; start it again with npm start`;
  return `cannot reach ${apiUrl} (${cause}): ${advice}`;
}

const NETWORK_CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ECONNRESET: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
};

function networkCause(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.name === 'TimeoutError') return `no answer within ${REQUEST_TIMEOUT_MS / 1_000} s`;
  const cause = error.cause;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause ? String(cause.code) : '';
  return NETWORK_CAUSES[code] ?? (cause.message === '' ? code : cause.message);
}
