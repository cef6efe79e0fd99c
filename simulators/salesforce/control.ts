import { parseBase64 } from '../../src/base/base64.ts';
import { parseWholeNumber } from '../../src/base/whole-number.ts';
import { readIngestObject } from './data-cloud/objects.ts';
import { setFaults } from './faults.ts';
import { type HttpHandler, type HttpRequest, type HttpResponse, json } from './http.ts';
import { isObject, numberOr, stringOr } from './json.ts';
import { readApp } from './oauth/apps.ts';
import { isChannel, isEntity, isField, isPlatformEvent } from './org/org.ts';
import type { SalesforceSimulator } from './simulator.ts';

/** A route's answer, or a sentence about what was wrong with the request. */
type Answer = Record<string, unknown> | unknown[] | string;
type Route = (body: Record<string, unknown>, request: HttpRequest) => Answer;

const ENDINGS = ['reset-unavailable', 'reset-internal', 'service-unavailable', 'auth-error', 'ok'] as const;
const GAPS = ['GAP_CREATE', 'GAP_UPDATE', 'GAP_DELETE', 'GAP_UNDELETE', 'GAP_OVERFLOW'] as const;

/** The most events in one answer of the ledger; `after` fetches the next ones. */
const LEDGER_PAGE = 10_000;

/**
 * The simulator's own HTTP endpoint, `/__simulator/…`: it offers everything that the library can do to a running
 * simulator to tests that run it in another process. It has no authentication and is meant for loopback.
 */
export class Control {
  readonly #simulator: () => SalesforceSimulator;
  readonly #routes: Record<string, Route>;

  constructor(simulator: () => SalesforceSimulator) {
    this.#simulator = simulator;
    this.#routes = this.#makeRoutes();
  }

  readonly handle: HttpHandler = (request): HttpResponse | undefined => {
    if (!request.path.startsWith('/__simulator/')) return undefined;
    const name = `${request.method} ${request.path.slice('/__simulator/'.length)}`;
    const route = this.#routes[name];
    if (route === undefined)
      return json(404, { error: `Expected one of ${Object.keys(this.#routes).join(', ')}; found ${name}.` });
    try {
      const answer = route(request.json ?? {}, request);
      return typeof answer === 'string' ? json(400, { error: answer }) : json(200, answer);
    } catch (cause) {
      return json(400, { error: cause instanceof Error ? cause.message : String(cause) });
    }
  };

  #makeRoutes(): Record<string, Route> {
    const simulator = this.#simulator;
    const text = (body: Record<string, unknown>, name: string) => stringOr(body[name], '');
    const fieldsOf = (body: Record<string, unknown>) => (isObject(body['fields']) ? body['fields'] : {});
    const contextOf = (body: Record<string, unknown>) =>
      typeof body['client'] === 'string' ? { client: body['client'] } : {};
    const topicOf = (body: Record<string, unknown>) =>
      typeof body['topic'] === 'string' ? body['topic'] : undefined;
    return {
      'GET info': () => {
        const { httpUrl, grpcAddress, grpcTlsAddress, tlsCertificate, orgId, credentials } = simulator();
        return {
          httpUrl,
          grpcAddress,
          grpcTlsAddress,
          tlsCertificate,
          orgId,
          credentials,
          now: simulator().now(),
        };
      },
      'GET faults': () => ({ ...simulator().faults }),
      'POST faults': (body) => {
        const wrong = setFaults(simulator().faults, body);
        return wrong.length > 0
          ? `Expected names and types as in GET faults, found otherwise: ${wrong.join(', ')}.`
          : { ...simulator().faults };
      },
      'GET timing': () => ({ ...simulator().timing }),
      'POST timing': (body) => {
        const { timing } = simulator();
        timing.keepaliveMs = numberOr(body['keepaliveMs'], timing.keepaliveMs);
        timing.idleCloseMs = numberOr(body['idleCloseMs'], timing.idleCloseMs);
        timing.latestSettleMs = numberOr(body['latestSettleMs'], timing.latestSettleMs);
        timing.publishIdleMs = numberOr(body['publishIdleMs'], timing.publishIdleMs);
        timing.publishKeepaliveMs = numberOr(body['publishKeepaliveMs'], timing.publishKeepaliveMs);
        return { ...timing };
      },
      'GET ledger': (_body, request) => {
        const events = simulator().ledger(request.query.get('topic') ?? undefined);
        const after = parseWholeNumber(request.query.get('skip') ?? '0');
        if (after === undefined) return 'Expected skip to be a whole number.';
        const page = events.slice(after, after + LEDGER_PAGE).map((event) => ({
          topic: event.topic,
          replayId: event.replayId.toString('base64'),
          id: event.id,
          schemaId: event.schemaId,
          at: event.at,
          ...(request.query.get('payload') === 'false' ? {} : { payload: event.payload ?? null }),
        }));
        return { total: events.length, events: page };
      },
      'POST records/create': (body) => ({
        id: simulator().records.create(text(body, 'entity'), fieldsOf(body), contextOf(body)),
      }),
      'POST records/update': (body) => {
        simulator().records.update(text(body, 'id'), fieldsOf(body), contextOf(body));
        return { ok: true };
      },
      'POST records/delete': (body) => {
        simulator().records.delete(text(body, 'id'), contextOf(body));
        return { ok: true };
      },
      'POST records/undelete': (body) => {
        simulator().records.undelete(text(body, 'id'), contextOf(body));
        return { ok: true };
      },
      'POST records/get': (body) => ({ record: simulator().records.get(text(body, 'id')) ?? null }),
      'POST events': (body) => {
        const count = numberOr(body['count'], 1);
        const id = typeof body['id'] === 'string' ? body['id'] : undefined;
        const results =
          count > 1
            ? simulator().publishMany(text(body, 'name'), count, fieldsOf(body))
            : [simulator().publishPlatformEvent(text(body, 'name'), fieldsOf(body), id)];
        return results.map((result) => ({ id: result.id, replayId: result.replayId.toString('base64') }));
      },
      'POST events/raw': (body) => {
        const schemaId = typeof body['schemaId'] === 'string' ? body['schemaId'] : undefined;
        const payload = parseBase64(text(body, 'payload'));
        if (payload === undefined) return 'Expected payload to be base64.';
        const result = simulator().publishRaw(text(body, 'topic'), payload, schemaId);
        return { id: result.id, replayId: result.replayId.toString('base64') };
      },
      'POST events/gap': (body) => {
        const changeType = GAPS.find((name) => name === body['changeType']);
        const ids = body['recordIds'];
        if (changeType === undefined) return `Expected changeType to be one of ${GAPS.join(', ')}.`;
        simulator().emitGap(
          text(body, 'entity'),
          changeType,
          Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [],
        );
        return { ok: true };
      },
      'POST platform-events': (body) => {
        const definition = { label: text(body, 'name'), publishable: true, ...body };
        return isPlatformEvent(definition)
          ? { schemaId: simulator().definePlatformEvent(definition) }
          : 'Expected {name, fields: [{name, type}, …]}.';
      },
      'POST entities': (body) => {
        const definition = { label: text(body, 'name'), changeEvents: true, ...body };
        if (!isEntity(definition)) return 'Expected {name, keyPrefix, members: [{name, type}, …]}.';
        simulator().defineEntity(definition);
        return { ok: true };
      },
      'POST fields': (body) => {
        const { owner, field } = body;
        if (typeof owner !== 'string' || !isField(field)) return 'Expected {owner, field: {name, type}}.';
        simulator().addField(owner, field);
        return { ok: true };
      },
      'POST channels': (body) => {
        if (!isChannel(body)) return 'Expected {topic, members: [topic, …]}.';
        simulator().defineChannel(body);
        return { ok: true };
      },
      'POST channels/remove': (body) => {
        simulator().removeChannel(text(body, 'topic'));
        return { ok: true };
      },
      'POST managed-subscriptions': (body) => ({
        ...simulator().defineManagedSubscription({
          developerName: text(body, 'developerName'),
          topicName: text(body, 'topicName'),
          defaultReplay: text(body, 'defaultReplay'),
          errorRecoveryReplay: text(body, 'errorRecoveryReplay'),
        }),
      }),
      'POST managed-subscriptions/state': (body) => {
        simulator().setManagedSubscriptionState(text(body, 'id'), body['state'] === 'STOP' ? 'STOP' : 'RUN');
        return { ok: true };
      },
      'POST app': (body) => {
        const clientId = stringOr(body['clientId'], simulator().credentials.clientId);
        const { clientId: _, ...settings } = readApp(clientId, {
          ...simulator().configureApp({}, clientId),
          ...body,
        });
        return { ...simulator().configureApp(settings, clientId) };
      },
      'POST authorize': (body) => ({
        ...simulator().authorize(typeof body['clientId'] === 'string' ? body['clientId'] : undefined),
      }),
      'POST tokens/revoke': (body) => ({
        revoked: simulator().revokeToken(text(body, 'token'), { endStreams: body['endStreams'] === true }),
      }),
      'POST tokens/revoke-all': (body) => {
        simulator().revokeAllTokens({
          refreshTokens: body['refreshTokens'] === true,
          endStreams: body['endStreams'] === true,
        });
        return { ok: true };
      },
      'POST session-timeout': (body) => {
        simulator().setSessionTimeout(numberOr(body['ms'], 7_200_000));
        return { ok: true };
      },
      'GET streams': () => simulator().openStreams(),
      'POST streams/end': (body) => {
        const ending = ENDINGS.find((name) => name === body['ending']);
        if (ending === undefined) return `Expected ending to be one of ${ENDINGS.join(', ')}.`;
        return { ended: simulator().endStreams(ending, topicOf(body)) };
      },
      'POST connections/drop': () => {
        simulator().dropConnections();
        return { ok: true };
      },
      'POST event-stream/reset': (body) => {
        simulator().resetEventStream(topicOf(body));
        return { ok: true };
      },
      'GET data-cloud/ingested': () => [...simulator().dataCloud.ingested()],
      'GET data-cloud/requests': () => ({
        exchanges: simulator().dataCloud.exchanges(),
        requests: [...simulator().dataCloud.requests()],
      }),
      'GET data-cloud/records': (_body, request) =>
        simulator().dataCloud.records(
          request.query.get('connector') ?? '',
          request.query.get('object') ?? '',
        ),
      'GET data-cloud/objects': () => simulator().dataCloud.objects(),
      'POST data-cloud/objects': (body) => {
        const definition = readIngestObject(body);
        if (definition === undefined)
          return 'Expected {connector, object, primaryKey, columns: {name: string|number|boolean|date|date-time}}.';
        simulator().dataCloud.define(definition);
        return { ok: true };
      },
      'POST data-cloud/webhook': (body) => {
        const url = text(body, 'url');
        simulator().dataCloud.setWebhook(url === '' ? undefined : { url, secret: text(body, 'secret') });
        return { ok: true };
      },
      'POST clock/advance': (body) => {
        simulator().advanceClock(numberOr(body['ms'], 0));
        return { now: simulator().now() };
      },
    };
  }
}
