import { timeText } from '../../../src/base/calendar.ts';
import { sideBySide } from '../../../src/base/side-by-side.ts';
import { PULL_BACKLOG_COUNTED_MAX, TAKEN_MAX } from '../../../src/domain/deliveries/pull.ts';
import type { Listener as ListenerRecord } from '../../../src/domain/listeners/listener.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import {
  deleteListener,
  endSession,
  listenerState,
  openSession,
  sessionOver,
} from '../../../src/management/listeners/manage-listeners.ts';
import {
  Listener,
  ListenerDeliveries,
  ListenerList,
  NewListenerSession,
  OpenedListener,
  WantedListenerDeliveries,
} from '../../../src/management/listeners/schema.ts';
import { notFound } from '../../../src/management/not-found.ts';
import { endListened, listenedDeliveries, noteSeen } from '../../../src/pipeline/pull/listen.ts';
import { listenedObject, listenerObject } from '../objects/listeners.ts';
import { answered, appRoute, type Route } from '../route.ts';

const PATH = '/v1/tenants/{app}/listeners';
const ONE = `${PATH}/{listener}`;
/** There are up to 50. */
const READ_AT_ONCE_MAX = 10;

export const LISTENER_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: PATH,
    id: 'listListeners',
    summary: 'The listeners of the app (`events:listen`), by name',
    answer: { status: 200, schema: ListenerList },
    problems: [],
    async run(_input, app, dependencies) {
      const listeners = await dependencies.listeners.list(app.id);
      const shown = await sideBySide(listeners, READ_AT_ONCE_MAX, async (listener) =>
        listenerObject(listener, await listenerState(dependencies, listener)),
      );
      return answered({ listeners: shown });
    },
  }),
  appRoute({
    method: 'GET',
    path: ONE,
    id: 'showListener',
    summary: 'One listener: who listens, how much waits, and what was dropped',
    answer: { status: 200, schema: Listener },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const listener = await dependencies.listeners.get(app.id, parameter('listener'));
      if (listener === undefined) return notFound('listener', parameter('listener'));
      return answered(listenerObject(listener, await listenerState(dependencies, listener)));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: ONE,
    id: 'deleteListener',
    summary: 'Remove a listener, with its publication and its streams; what waits is discarded',
    answer: { status: 200, schema: Listener },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const outcome = await deleteListener(dependencies, app.id, parameter('listener'));
      return outcome.kind === 'refused' ? outcome : answered(listenerObject(outcome.listener, outcome.state));
    },
  }),
  appRoute({
    method: 'POST',
    path: `${ONE}/sessions`,
    id: 'openListenerSession',
    summary:
      'Begin to listen, which ends the session before. Makes the listener where there is none: a publication that is pulled, and its streams',
    body: NewListenerSession,
    answer: { status: 201, schema: OpenedListener },
    problems: ['not-found', 'invalid-name', 'invalid-filter', 'name-taken', 'limit-reached', 'try-again'],
    async run({ parameter, body }, app, dependencies) {
      const { by, sources, filter, temporary } = body;
      const outcome = await openSession(dependencies, app.id, parameter('listener'), {
        by,
        sources,
        filter,
        isTemporary: temporary ?? false,
      });
      if (outcome.kind === 'refused') return outcome;
      const { listener, state, takenFrom } = outcome;
      return answered({
        ...listenerObject(listener, state),
        session_id: listener.session.id,
        taken_from:
          takenFrom === undefined
            ? undefined
            : {
                by: takenFrom.by,
                since: timeText(takenFrom.sinceMs),
                seen_at: timeText(takenFrom.seenAtMs),
              },
      });
    },
  }),
  appRoute({
    method: 'DELETE',
    path: `${ONE}/sessions/{session}`,
    id: 'endListenerSession',
    summary: 'Stop listening. What comes waits for the next session; a temporary listener is removed',
    answer: { status: 200, schema: Listener },
    problems: ['not-found', 'session-over', 'try-again'],
    async run({ parameter }, app, dependencies) {
      const outcome = await endSession(dependencies, app.id, parameter('listener'), parameter('session'));
      return outcome.kind === 'refused' ? outcome : answered(listenerObject(outcome.listener, outcome.state));
    },
  }),
  appRoute({
    method: 'POST',
    path: `${ONE}/deliveries`,
    id: 'listen',
    summary:
      'End deliveries, and get the oldest that are left, in their order. The same ones come again until they are ended',
    body: WantedListenerDeliveries,
    showsPayloads: true,
    answer: { status: 200, schema: ListenerDeliveries },
    problems: ['not-found', 'session-over'],
    async run({ parameter, body }, app, dependencies) {
      const { session_id: sessionId, delivered = [], skipped = [], max = TAKEN_MAX, wait = 0 } = body;
      const { listeners, publications, deliveries, metrics } = dependencies;
      const name = parameter('listener');
      const overIn = (current: ListenerRecord | undefined): Refusal | undefined => {
        if (current === undefined) return notFound('listener', name);
        return current.session?.id === sessionId ? undefined : sessionOver(current);
      };
      const listener = await listeners.get(app.id, name);
      if (listener === undefined) return notFound('listener', name);
      const over = overIn(listener);
      if (over !== undefined) return over;
      // Somebody may have removed its publication.
      if ((await publications.get(app.id, listener.name))?.id !== listener.id)
        return notFound('listener', name);
      const [taken] = await Promise.all([
        endListened(dependencies, listener, delivered, 'delivered'),
        endListened(dependencies, listener, skipped, 'skipped'),
        noteSeen(dependencies, listener),
      ]);
      if (taken > 0) metrics.count('Delivered', taken);
      const outcome = await listenedDeliveries(dependencies, listener, overIn, { max, waitMs: wait * 1_000 });
      if (outcome.kind === 'refused') return outcome;
      const shown = outcome.deliveries.map(listenedObject);
      const isAll = max > 0 && shown.length < max;
      return answered({
        deliveries: shown,
        waiting: isAll
          ? shown.length
          : await deliveries.countAvailable(app.id, listener.id, PULL_BACKLOG_COUNTED_MAX),
      });
    },
  }),
];
