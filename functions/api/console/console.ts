import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { timeText } from '../../../src/base/calendar.ts';
import { sha256Hex } from '../../../src/base/ids.ts';
import { CONSOLE_SESSION_MS, type OpenConsoleSession } from '../../../src/domain/apps/console-session.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import {
  beginConsoleSession,
  endConsoleSession,
  isConsoleCode,
  readConsoleCookie,
} from '../../../src/management/console/open-console.ts';
import {
  type ConsoleSession,
  type EndedConsoleSession,
  NewConsoleSession,
} from '../../../src/management/console-session-fields.ts';
import type { LoginGuard } from '../../../src/middleware/login-guard.ts';
import { bodyText, parseBody } from '../parse.ts';
import type { ApiDependencies } from '../ports.ts';
import { type Problem, problem } from '../problems.ts';
import type { Answer } from '../route.ts';
import type { Shown } from '../shown.ts';
import type { SessionCookie } from './cookie.ts';
import { CACHED_FOR_EVER, CONSOLE_HEADERS, PAGE_POLICY } from './headers.ts';
import { consoleHeaderFault, type SessionCheck, sessionEnded } from './session-check.ts';

const ASSETS = '/console/assets/';
const SESSION = '/console/session';
/** All of these serve the page. API Gateway's `/console/{proxy+}` need not match the second. */
const PAGE: ReadonlySet<string> = new Set(['/console', '/console/', '/console/index.html']);

/** Whether the path belongs to the console and not to a publication. */
export function isConsolePath(rawPath: string): boolean {
  return rawPath === '/console' || rawPath.startsWith('/console/');
}

export interface ConsoleParts {
  readonly dependencies: ApiDependencies;
  readonly sessions: SessionCheck;
  readonly guard: LoginGuard;
  readonly cookie: SessionCookie;
}

/**
 * Serves the console's page and files, and manages the sessions of its viewers. The page takes its data from the
 * management API, where its cookie counts as the token behind the session.
 */
export class Console {
  readonly #parts: ConsoleParts;

  constructor(parts: ConsoleParts) {
    this.#parts = parts;
  }

  async answer(event: APIGatewayProxyEventV2): Promise<Answer | Problem | Refusal> {
    const answer = await this.#answer(event);
    return { ...answer, headers: { ...CONSOLE_HEADERS, ...('headers' in answer ? answer.headers : {}) } };
  }

  async #answer(event: APIGatewayProxyEventV2): Promise<Answer | Problem | Refusal> {
    const { rawPath } = event;
    const { method } = event.requestContext.http;
    if (rawPath === SESSION) return this.#session(method, event);
    if (method !== 'GET' && method !== 'HEAD') return wrongMethod(['GET', 'HEAD'], method);
    if (PAGE.has(rawPath)) return this.#page();
    if (rawPath.startsWith(ASSETS)) return this.#asset(rawPath.slice(ASSETS.length), event);
    return problem(
      'not-found',
      `expected a path of the console, found ${JSON.stringify(rawPath.slice(0, 200))}: it is opened at /console`,
    );
  }

  async #page(): Promise<Answer | Problem> {
    const { consoleFiles } = this.#parts.dependencies;
    const page = await consoleFiles.page();
    if (page === undefined) return notBuilt();
    return {
      kind: 'answer',
      status: 200,
      body: undefined,
      html: page,
      headers: { 'content-security-policy': PAGE_POLICY },
    };
  }

  async #asset(name: string, { headers }: APIGatewayProxyEventV2): Promise<Answer | Problem> {
    const { consoleFiles } = this.#parts.dependencies;
    const file = await consoleFiles.asset(name, headers['accept-encoding'] ?? '');
    if (file === undefined) {
      return problem(
        'not-found',
        `expected a file of the console, found ${JSON.stringify(name.slice(0, 100))}: load the page again, it may be of an earlier version`,
      );
    }
    return {
      kind: 'answer',
      status: 200,
      body: undefined,
      bytes: file.bytes,
      headers: {
        'content-type': file.type,
        'cache-control': CACHED_FOR_EVER,
        vary: 'accept-encoding',
        ...(file.encoding !== undefined && { 'content-encoding': file.encoding }),
      },
    };
  }

  async #session(method: string, event: APIGatewayProxyEventV2): Promise<Answer | Problem | Refusal> {
    const fault = consoleHeaderFault(event);
    if (fault !== undefined) return fault;
    switch (method) {
      case 'GET':
      case 'HEAD':
        return this.#show(event);
      case 'POST':
        return this.#begin(event);
      case 'DELETE':
        return this.#end(event);
      default:
        return wrongMethod(['GET', 'HEAD', 'POST', 'DELETE'], method);
    }
  }

  async #show(event: APIGatewayProxyEventV2): Promise<Answer | Problem> {
    const checked = await this.#parts.sessions.check(event);
    if (checked.kind === 'refused') return checked;
    if (checked.kind !== 'open') return sessionEnded();
    return this.#shown(200, checked.open);
  }

  async #begin(event: APIGatewayProxyEventV2): Promise<Answer | Problem> {
    const { dependencies, guard, cookie } = this.#parts;
    const text = bodyText(event);
    if (text.kind === 'refused') return text;
    const parsed = parseBody(NewConsoleSession, text.value);
    if (parsed.kind === 'refused') return parsed;
    const { code } = parsed.value;
    const login = { address: event.requestContext.http.sourceIp, credential: sha256Hex(code) };
    const begun =
      isConsoleCode(code) && guard.isWorthLooking(login)
        ? await beginConsoleSession(dependencies, code)
        : undefined;
    if (begun === undefined) {
      const retryAfterSeconds = guard.failed(login, true);
      return retryAfterSeconds > 0 ? tooManyCodes(retryAfterSeconds) : noLink();
    }
    const shown = await this.#shown(201, begun);
    if (shown.kind === 'refused') return shown;
    return { ...shown, cookies: [cookie.set(begun.cookie, CONSOLE_SESSION_MS / 1_000)] };
  }

  async #end(event: APIGatewayProxyEventV2): Promise<Answer> {
    const { dependencies, cookie } = this.#parts;
    const shown = readConsoleCookie(cookie.read(event) ?? '');
    if (shown !== undefined) await endConsoleSession(dependencies, shown);
    const body: Shown<typeof EndedConsoleSession> = { ended: true };
    return { kind: 'answer', status: 200, body, cookies: [cookie.removed()] };
  }

  async #shown(status: number, { session, token }: OpenConsoleSession): Promise<Answer | Problem> {
    const { apps, consoleHidesPayloads } = this.#parts.dependencies;
    const app = session.scope.kind === 'app' ? await apps.get(session.scope.appId) : null;
    // The app was deleted.
    if (app === undefined) return sessionEnded();
    const body: Shown<typeof ConsoleSession> = {
      app: app && { id: app.id, name: app.name },
      administration: session.scope.kind === 'admin' && token.scope.kind === 'admin',
      payloads: !consoleHidesPayloads,
      expires_at: timeText(session.expiresAtMs),
    };
    return { kind: 'answer', status, body };
  }
}

function wrongMethod(allowed: readonly string[], method: string): Problem {
  const allow = allowed.join(', ');
  return problem('method-not-allowed', `expected ${allow} for this path, found ${method.slice(0, 20)}`, {
    headers: { allow },
  });
}

function notBuilt(): Problem {
  return problem(
    'not-found',
    'expected the files of the console beside the service, found none: on a laptop, `npm run build:console` says why they cannot be built',
  );
}

function noLink(): Problem {
  return problem(
    'invalid-token',
    'expected the code of a link that was not used yet and is at most a minute old, found another: `sluice console` makes a new one',
  );
}

function tooManyCodes(retryAfterSeconds: number): Problem {
  return problem(
    'too-many-requests',
    `expected fewer failed logins; nothing was changed, try again in ${retryAfterSeconds} s`,
    { headers: { 'retry-after': String(retryAfterSeconds) } },
  );
}
