import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ApiToken } from '../../../src/domain/apps/app.ts';
import type { OpenConsoleSession } from '../../../src/domain/apps/console-session.ts';
import {
  type ConsolePorts,
  findConsoleSession,
  readConsoleCookie,
} from '../../../src/management/console/open-console.ts';
import type { LoginGuard } from '../../../src/middleware/login-guard.ts';
import { type Problem, problem } from '../problems.ts';
import type { SessionCookie } from './cookie.ts';

/** A page of another site must ask before it may send this header, and is always refused. */
const CONSOLE_HEADER = 'x-sluice-console';

export type SessionOutcome =
  /** The request has no session cookie. */
  | { readonly kind: 'none' }
  /** The session has ended; the request may be repeated after this many seconds. */
  | { readonly kind: 'ended'; readonly retryAfterSeconds: number }
  | { readonly kind: 'open'; readonly open: OpenConsoleSession };

/** Finds the console's sessions by their cookies. */
export class SessionCheck {
  readonly #ports: ConsolePorts;
  readonly #guard: LoginGuard;
  readonly #cookie: SessionCookie;

  constructor(ports: ConsolePorts, guard: LoginGuard, cookie: SessionCookie) {
    this.#ports = ports;
    this.#guard = guard;
    this.#cookie = cookie;
  }

  async check(event: APIGatewayProxyEventV2): Promise<SessionOutcome | Problem> {
    const cookie = this.#cookie.read(event);
    if (cookie === undefined || cookie === '') return { kind: 'none' };
    const fault = consoleHeaderFault(event);
    if (fault !== undefined) return fault;
    const shown = readConsoleCookie(cookie);
    // No session can have such a cookie, so nothing is looked up and there is nothing to limit.
    if (shown === undefined) return { kind: 'ended', retryAfterSeconds: 0 };
    const login = { address: event.requestContext.http.sourceIp, credential: shown.hash };
    const open = this.#guard.isWorthLooking(login) ? await findConsoleSession(this.#ports, shown) : undefined;
    if (open === undefined) {
      return { kind: 'ended', retryAfterSeconds: this.#guard.failed(login, true) };
    }
    this.#guard.succeeded(login);
    return { kind: 'open', open };
  }
}

export function consoleHeaderFault({ headers }: APIGatewayProxyEventV2): Problem | undefined {
  if (headers[CONSOLE_HEADER] === '1') return undefined;
  return problem(
    'forbidden',
    `expected the header "${CONSOLE_HEADER}: 1" with a session of the console, found none: only the console's own page sends it`,
  );
}

/** The token, restricted to the session: a session of one app has only that app's rights. */
export function tokenOf({ session, token }: OpenConsoleSession): ApiToken {
  return { ...token, scope: session.scope };
}

export function sessionEnded(): Problem {
  return problem(
    'invalid-token',
    'expected a session of the console that is open, found one that has ended, or whose token was withdrawn: open it again with `sluice console`',
  );
}
