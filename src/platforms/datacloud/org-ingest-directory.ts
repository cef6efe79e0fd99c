import { stringifyJson } from '../../base/json.ts';
import { systemTimers } from '../../base/timers.ts';
import { unreachable } from '../../base/unreachable.ts';
import type {
  IngestAnswer,
  IngestDirectory,
  IngestFailure,
  IngestRecord,
  IngestTarget,
  IngestTestAnswer,
} from '../../domain/authorizations/ingest-directory.ts';
import { ConnectorSchemas } from './connector-schemas.ts';
import { jsonFields, makeHttp } from './http.ts';
import { outcomeOfAnswer } from './ingest-outcome.ts';
import { type TenantAnswer, TenantApi } from './tenant-api.ts';
import { type TenantTokenPorts, TenantTokens } from './tenant-tokens.ts';

/** Uses real HTTP. */
export function makeIngestDirectory(ports: Omit<TenantTokenPorts, 'http' | 'timers'>): OrgIngestDirectory {
  const { tokens, clock, allowLoopback } = ports;
  const http = makeHttp({ addresses: { allowLoopback }, clock });
  return new OrgIngestDirectory(
    new ConnectorSchemas(tokens, http, clock),
    new TenantApi(new TenantTokens({ ...ports, http, timers: systemTimers }), http),
  );
}

/**
 * Asks the org's Connect REST API for connectors and schemas, and its Data Cloud for what the REST API does not tell.
 */
export class OrgIngestDirectory implements IngestDirectory {
  readonly #schemas: ConnectorSchemas;
  readonly #api: TenantApi;

  constructor(schemas: ConnectorSchemas, api: TenantApi) {
    this.#schemas = schemas;
    this.#api = api;
  }

  async find(appId: string, authorizationId: string, target: IngestTarget): Promise<IngestAnswer> {
    const answer = await this.#schemas.ask(appId, authorizationId, target);
    if (answer.kind !== 'not-told' && answer.kind !== 'found') return answer;
    // Always tested, because deliveries will need the token, the scope and the data stream.
    const tested = await this.#test(appId, authorizationId, target, {});
    if (tested.kind === 'answer' && tested.status === 404)
      return { kind: 'unknown-connector', known: undefined };
    const failure = failureOf(tested);
    if (failure !== undefined) return failure;
    return answer.kind === 'found' ? answer : { kind: 'found', fields: undefined };
  }

  async test(
    appId: string,
    authorizationId: string,
    target: IngestTarget,
    record: IngestRecord,
  ): Promise<IngestTestAnswer> {
    const answer = await this.#test(appId, authorizationId, target, record);
    const failure = failureOf(answer);
    if (failure !== undefined) return failure;
    const outcome = outcomeOfAnswer(answer);
    switch (outcome.kind) {
      case 'delivered':
        return { kind: 'accepted' };
      case 'of-a-record': {
        const report = answer.kind === 'answer' ? jsonFields(answer.body)['validationReport'] : undefined;
        const { message } = outcome.alone;
        return {
          kind: 'refused',
          message: report === undefined ? message : `${message}. Its report: ${stringifyJson(report)}`,
        };
      }
      case 'retry':
      case 'rejected':
        return { kind: 'refused', message: outcome.message };
      default:
        return unreachable(outcome);
    }
  }

  #test(
    appId: string,
    authorizationId: string,
    target: IngestTarget,
    record: IngestRecord,
  ): Promise<TenantAnswer> {
    return this.#api.call(appId, authorizationId, {
      method: 'POST',
      target,
      isTest: true,
      body: `{"data":[${stringifyJson(record)}]}`,
    });
  }
}

/** Why no verdict is possible; undefined if there is one. */
function failureOf(answer: TenantAnswer): IngestFailure | undefined {
  if (answer.kind === 'failed') {
    const isPassing = answer.errorId === 'token-exchange-unavailable' || answer.errorId === 'token-under-way';
    return { kind: isPassing ? 'unreachable' : 'not-authorized', message: answer.message };
  }
  const outcome = outcomeOfAnswer(answer);
  if (outcome.kind !== 'retry') return undefined;
  const isOfUser = outcome.errorId === 'unauthorized' || outcome.errorId === 'not-permitted';
  return { kind: isOfUser ? 'not-authorized' : 'unreachable', message: outcome.message };
}
