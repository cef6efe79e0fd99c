import { parseBase64 } from '../../src/base/base64.ts';
import { wholeNumberOf } from '../../src/base/whole-number.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from '../salesforce/http.ts';

// The part of Heroku that accepts log lines: https://devcenter.heroku.com/articles/add-on-partner-log-integration.
// README.md says what is known about it. Like Logplex it reads frames by bytes, but it refuses what Logplex would store
// as garbage, so that a test notices.

export interface LogplexFaults {
  /** Answers requests with this status without reading them: 400, 503, … */
  logplexRefuses: number | undefined;
  /** Accepts requests and never answers. */
  logplexHangs: boolean;
  /** Closes each connection without an answer. */
  logplexGone: boolean;
}

export const NO_LOGPLEX_FAULTS: LogplexFaults = {
  logplexRefuses: undefined,
  logplexHangs: false,
  logplexGone: false,
};

/** A line as `heroku logs` shows it. */
export interface SimulatedLogLine {
  readonly app: string;
  readonly at: string;
  /** `app` for add-ons. */
  readonly source: string;
  /** The process id of RFC 5424, which is shown in brackets. */
  readonly dyno: string;
  readonly message: string;
}

/** A request, accepted or not. It does not contain the token. */
export interface LogplexRequest {
  readonly app: string | undefined;
  readonly status: number;
  /** Why it was refused. */
  readonly fault: string | undefined;
  readonly lineCount: number;
  readonly userAgent: string | undefined;
}

export interface LogplexOptions {
  readonly faults: LogplexFaults;
  /** The app whose log the token writes to; undefined for an unknown or revoked token. */
  readonly appOf: (token: string) => string | undefined;
}

/** Logplex does not recognise the length at the start of a longer frame. */
const FRAME_BYTES_MAX = 10_240;
/** The number of lines that `heroku logs` has per app. */
const LINES_MAX = 1_500;
const REQUESTS_RECORDED_MAX = 10_000;
const CONTENT_TYPES = new Set(['application/logplex-1', 'application/x-logplex-1']);
/** RFC 5424 with version 1 and no structured data, as add-ons write it. */
const LINE =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) - (.*)$/su;
/** local7.info, the only priority that add-ons are told to write. */
const PRIORITY = '190';
/** The pattern by which the CLI finds the head of a line. */
const DYNO = /^[\w-]+(?:\.\d+)?$/;

export class Logplex {
  readonly requests: LogplexRequest[] = [];
  readonly #options: LogplexOptions;
  readonly #lines = new Map<string, SimulatedLogLine[]>();
  /** Ends hanging requests, so that the simulator can stop. */
  readonly #hanging = new Set<() => void>();
  readonly #followers = new Set<(line: SimulatedLogLine) => void>();

  constructor(options: LogplexOptions) {
    this.#options = options;
  }

  readonly handle: HttpHandler = async (request) => {
    if (request.path !== '/logs') return undefined;
    const { faults } = this.#options;
    if (faults.logplexGone) return 'cut';
    if (faults.logplexHangs) {
      await new Promise<void>((resolve) => this.#hanging.add(resolve));
      return 'cut';
    }
    if (faults.logplexRefuses !== undefined) {
      return this.#answer(request, faults.logplexRefuses, { fault: 'a fault of the simulator' });
    }
    return this.#take(request);
  };

  /** The app's output of `heroku logs`, one text per line. */
  shown(app: string): readonly string[] {
    return this.lines(app).map(shownLine);
  }

  lines(app: string): readonly SimulatedLogLine[] {
    return this.#lines.get(app) ?? [];
  }

  /** `heroku logs --tail`: each new line of the app. Returns a function that ends it. */
  tail(app: string, show: (text: string) => void): () => void {
    const follow = (line: SimulatedLogLine) => {
      if (line.app === app) show(shownLine(line));
    };
    this.#followers.add(follow);
    return () => this.#followers.delete(follow);
  }

  /** Ends the hanging requests. */
  close(): void {
    for (const end of this.#hanging) end();
    this.#hanging.clear();
  }

  #take(request: HttpRequest): HttpResponse {
    const refuse = (status: number, fault: string) => this.#answer(request, status, { fault });
    const { headers, method, body } = request;
    if (method !== 'POST') return refuse(405, `expected POST, found ${method}`);
    const token = tokenOf(headers.authorization);
    const app = token === undefined ? undefined : this.#options.appOf(token);
    if (app === undefined) return refuse(401, 'the token is unknown');
    if (!CONTENT_TYPES.has(headers['content-type'] ?? ''))
      return refuse(400, 'the content type is not that of Logplex');
    if (headers['transfer-encoding'] !== undefined) return refuse(400, 'the body is chunked');
    if (headers['content-length'] !== String(body.length))
      return refuse(400, 'the content length is not that of the body');
    if ((headers['user-agent'] ?? '') === '') return refuse(400, 'there is no user agent');
    const frames = framesIn(body);
    if (typeof frames === 'string') return refuse(400, frames);
    const told = headers['logplex-msg-count'];
    if (told !== undefined && told !== String(frames.length)) {
      return refuse(400, `Logplex-Msg-Count is ${String(told)}, and there are ${frames.length} lines`);
    }
    const lines: SimulatedLogLine[] = [];
    for (const frame of frames) {
      const line = readLine(app, frame);
      if (typeof line === 'string') return refuse(400, line);
      lines.push(line);
    }
    const kept = [...this.lines(app), ...lines];
    this.#lines.set(app, kept.slice(-LINES_MAX));
    for (const line of lines) for (const follow of this.#followers) follow(line);
    return this.#answer(request, 204, { app, lineCount: lines.length });
  }

  #answer(
    { headers }: HttpRequest,
    status: number,
    { app, fault, lineCount = 0 }: Partial<LogplexRequest>,
  ): HttpResponse {
    const userAgent = headers['user-agent'];
    this.requests.push({ app, status, fault, lineCount, userAgent });
    if (this.requests.length > REQUESTS_RECORDED_MAX) this.requests.shift();
    return { status };
  }
}

/** The frames of a body, or a description of its fault. */
function framesIn(body: Buffer): readonly Buffer[] | string {
  const frames: Buffer[] = [];
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    const digits = space === -1 ? '' : body.subarray(at, space).toString('latin1');
    if (!/^[1-9]\d{0,8}$/.test(digits)) return `expected the length of a line at byte ${at}`;
    const end = space + 1 + wholeNumberOf(digits);
    if (end > body.length) return `the line at byte ${at} is shorter than the ${digits} bytes that it names`;
    // The strict reading: the limit includes the length.
    if (end - at > FRAME_BYTES_MAX) return `the frame at byte ${at} is longer than ${FRAME_BYTES_MAX} bytes`;
    frames.push(body.subarray(space + 1, end));
    at = end;
  }
  return frames.length === 0 ? 'there is no line' : frames;
}

function readLine(app: string, bytes: Buffer): SimulatedLogLine | string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return 'a line is cut within a character';
  }
  const [, priority, at, , source, dyno, , message] = LINE.exec(text) ?? [];
  if (at === undefined || source === undefined || dyno === undefined || message === undefined) {
    return 'a line is not of RFC 5424';
  }
  if (priority !== PRIORITY) return `a line has the priority ${String(priority)}`;
  if (source !== 'app') return `a line is of the source ${source}, which is not an add-on's`;
  if (!DYNO.test(dyno)) return 'the process id of a line is one that the CLI does not find';
  if (/\p{Cc}/u.test(message)) return 'a line holds a control character';
  return { app, at, source, dyno, message };
}

function tokenOf(authorization: string | undefined): string | undefined {
  const encoded = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [user, password] = parseBase64(encoded)?.toString().split(':') ?? [];
  return user === 'token' ? password : undefined;
}

function shownLine({ at, source, dyno, message }: SimulatedLogLine): string {
  return `${at} ${source}[${dyno}]: ${message}`;
}
