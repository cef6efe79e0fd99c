import type { Connection } from 'jsforce';
import { systemClock } from '../../base/clock.ts';
import { systemTimers, type Timer, type Timers } from '../../base/timers.ts';
import type { SalesforceSession } from '../../domain/authorizations/authorization.ts';
import type { OrgLimit, OrgLimits } from '../../domain/authorizations/org-limits.ts';
import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import type { AddressPolicy } from '../outbound/address.ts';

/** Salesforce supports old API versions for years; jsforce's own default is from 2020. */
export const REST_API_VERSION = '65.0';
/** jsforce would wait for half an hour. */
const REQUEST_TIMEOUT_MS = 30_000;
/** jsforce requests a new token after every 401, without limit. */
const RENEWALS_MAX = 2;

export interface OrgField {
  readonly name: string;
  readonly type: string;
  readonly createable: boolean;
}

/** The outcome of one record; for an event, `errors` says OPERATION_ENQUEUED even on success. */
export interface SaveResult {
  readonly success: boolean;
  readonly errors: readonly {
    readonly statusCode: string;
    readonly message: string;
    readonly fields?: readonly string[];
  }[];
}

export type RestAnswer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'not-authorized'; readonly message: string }
  | { readonly kind: 'failed'; readonly id: string; readonly message: string };

/**
 * An org's REST API through jsforce, with our own tokens. jsforce is large and slow to load, so it is loaded with the
 * first request, and no function that serves requests may import this file before it needs to.
 */
export class OrgRest implements OrgLimits {
  readonly #tokens: TokenSource;
  readonly #addresses: AddressPolicy;
  readonly #timers: Timers;

  constructor(tokens: TokenSource, { allowLoopback }: AddressPolicy, timers: Timers = systemTimers) {
    this.#tokens = tokens;
    this.#addresses = { allowLoopback };
    this.#timers = timers;
  }

  /** The org's allocations by name, e.g. `DailyDeliveredPlatformEvents`. */
  async limits(
    appId: string,
    authorizationId: string,
  ): Promise<RestAnswer<{ readonly [name: string]: OrgLimit }>> {
    return this.#request(appId, authorizationId, async (connection) => {
      const limits = await connection.limits();
      return Object.fromEntries(
        Object.entries(limits).map(([name, { Max, Remaining }]) => [
          name,
          { max: Max, remaining: Remaining },
        ]),
      );
    });
  }

  /** Describes an object or event: its fields, and which of them the user may set. */
  async describe(
    appId: string,
    authorizationId: string,
    entity: string,
  ): Promise<RestAnswer<{ readonly createable: boolean; readonly fields: readonly OrgField[] }>> {
    return this.#request(appId, authorizationId, async (connection) => {
      const { createable, fields } = await connection.describe(entity);
      return {
        createable,
        fields: fields.map(({ name, type, createable: settable }) => ({ name, type, createable: settable })),
      };
    });
  }

  /** Reads one record with all of its fields, which a GAP event omits. */
  async record(
    appId: string,
    authorizationId: string,
    entity: string,
    id: string,
  ): Promise<RestAnswer<{ readonly [field: string]: unknown }>> {
    return this.#request(appId, authorizationId, async (connection) => {
      const { attributes: _attributes, ...fields } = await connection.sobject(entity).retrieve(id);
      return fields;
    });
  }

  /**
   * Creates up to 200 records in one API request, each independently; results in order. jsforce never repeats a POST.
   */
  async create(
    appId: string,
    authorizationId: string,
    entity: string,
    records: readonly { readonly [field: string]: unknown }[],
  ): Promise<RestAnswer<readonly SaveResult[]>> {
    return this.#request(appId, authorizationId, (connection) =>
      connection.requestPost<readonly SaveResult[]>('/composite/sobjects', {
        allOrNone: false,
        records: records.map((fields) => ({ ...fields, attributes: { type: entity } })),
      }),
    );
  }

  async #request<T>(
    appId: string,
    authorizationId: string,
    work: (connection: Connection) => Promise<T>,
  ): Promise<RestAnswer<T>> {
    const first = await this.#tokens.session(appId, authorizationId);
    if (first.kind === 'gone') return { kind: 'not-authorized', message: 'The authorization was removed' };
    if (first.kind !== 'session') return { kind: 'not-authorized', message: first.reason.message };
    // Imported through `default`, the export of a CommonJS package: it also has named exports in Node, but not in a
    // bundle.
    const { default: jsforce } = await import('jsforce');
    await guardConnections(this.#addresses);
    let renewals = 0;
    // jsforce wraps the reason in an error of its own, so the reason is stored here.
    let withoutToken: string | undefined;
    const connection = new jsforce.Connection({
      accessToken: first.session.accessToken,
      instanceUrl: first.session.instanceUrl,
      version: REST_API_VERSION,
      refreshFn: (refused, answer) => {
        renewals += 1;
        const renewal = this.#renew(appId, authorizationId, refused.accessToken, renewals);
        renewal.then(
          (result) => {
            if ('accessToken' in result) {
              // A moved org has another host.
              refused.instanceUrl = result.instanceUrl;
              answer(null, result.accessToken);
            } else {
              withoutToken = result.message;
              answer(new Error(result.message));
            }
          },
          (error: unknown) => answer(error instanceof Error ? error : new Error(String(error))),
        );
      },
    });
    const answer = await answerWithin(work(connection), this.#timers);
    return answer.kind === 'failed' && withoutToken !== undefined
      ? { kind: 'not-authorized', message: withoutToken }
      : answer;
  }

  async #renew(
    appId: string,
    authorizationId: string,
    refusedToken: string | null | undefined,
    renewals: number,
  ): Promise<SalesforceSession | { readonly message: string }> {
    if (renewals > RENEWALS_MAX) {
      return { message: 'Salesforce refuses every access token for its REST API' };
    }
    const options = refusedToken == null ? {} : { refusedToken };
    const result = await this.#tokens.session(appId, authorizationId, options);
    if (result.kind === 'session') return result.session;
    return { message: result.kind === 'gone' ? 'The authorization was removed' : result.reason.message };
  }
}

/** Whether jsforce's connections may use loopback; undefined before its first request. */
let guardedFor: boolean | undefined;

/** The instance URL comes from a token endpoint's answer. jsforce has one dispatcher for the whole process. */
async function guardConnections({ allowLoopback }: AddressPolicy): Promise<void> {
  if (guardedFor === allowLoopback) return;
  const request = await import('jsforce/lib/request.js');
  // A CommonJS file: it has named exports in Node, but only a default in a bundle.
  const own: Partial<typeof request> = request;
  const setDispatcher = own.setDispatcher ?? request.default.setDispatcher;
  const { GuardedAgents } = await import('../outbound/guarded-agents.ts');
  const agents = new GuardedAgents({ addresses: { allowLoopback }, clock: systemClock });
  // As jsforce's own: it has never spoken HTTP/2 to Salesforce's servers.
  setDispatcher(agents.make({ allowH2: false }));
  guardedFor = allowLoopback;
}

async function answerWithin<T>(work: Promise<T>, timers: Timers): Promise<RestAnswer<T>> {
  let timer: Timer | undefined;
  const late = new Promise<RestAnswer<T>>((resolve) => {
    timer = timers.after(REQUEST_TIMEOUT_MS, () =>
      resolve({
        kind: 'failed',
        id: 'timeout',
        message: `Salesforce did not answer within ${REQUEST_TIMEOUT_MS / 1_000} s`,
      }),
    );
  });
  const answer: Promise<RestAnswer<T>> = work.then(
    (value) => ({ kind: 'answered' as const, value }),
    failureOf,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    timer?.cancel();
  }
}

function failureOf(error: unknown): Exclude<RestAnswer<never>, { kind: 'answered' }> {
  const code =
    error instanceof Error && 'errorCode' in error && typeof error.errorCode === 'string'
      ? error.errorCode
      : 'request-failed';
  if (code === 'NOT_FOUND' || code === 'ENTITY_IS_DELETED') return { kind: 'not-found' };
  return { kind: 'failed', id: code, message: error instanceof Error ? error.message : String(error) };
}
