import { refuse } from '../../../src/domain/refusal.ts';
import { readDeliveryFilter } from '../../../src/management/deliveries/read-filter.ts';
import {
  missingRedrive,
  pauseRedrive,
  startRedrive,
  stopRedrive,
} from '../../../src/management/redrives/manage-redrives.ts';
import { NewRedrive, Redrive, RedriveChange, RedriveList } from '../../../src/management/redrives/schema.ts';
import { redriveObject } from '../objects/redrives.ts';
import { answered, appRoute, type Route } from '../route.ts';

const PATH = '/v1/tenants/{app}/redrives';
const ONE = `${PATH}/{redrive}`;

export const REDRIVE_ROUTES: readonly Route[] = [
  appRoute({
    method: 'POST',
    path: PATH,
    id: 'startRedrive',
    summary:
      'Retry or discard all stored deliveries that match a filter, oldest first; the service goes on by itself',
    body: NewRedrive,
    answer: { status: 201, schema: Redrive },
    problems: ['not-found', 'publication-not-active', 'limit-reached', 'unprocessable'],
    async run({ body, caller }, app, dependencies) {
      const read = await readDeliveryFilter(dependencies, app.id, body.filter);
      if (read.kind === 'refused') return read;
      const { action, rate } = body;
      const { filter } = read;
      const outcome = await startRedrive(dependencies, app.id, {
        action,
        filter,
        ratePerSecond: rate,
        startedBy: caller,
      });
      return outcome.kind === 'refused' ? outcome : answered(redriveObject(outcome.redrive));
    },
  }),
  appRoute({
    method: 'GET',
    path: PATH,
    id: 'listRedrives',
    summary: 'Retries and discards by filter: those under way, and those of the last 30 days; newest first',
    answer: { status: 200, schema: RedriveList },
    problems: [],
    async run(_input, app, { redrives }) {
      return answered({ redrives: (await redrives.list(app.id)).map(redriveObject) });
    },
  }),
  appRoute({
    method: 'GET',
    path: ONE,
    id: 'showRedrive',
    summary: 'How far one of them is',
    answer: { status: 200, schema: Redrive },
    problems: ['not-found'],
    async run({ parameter }, app, { redrives }) {
      const redrive = await redrives.get(app.id, parameter('redrive'));
      return redrive === undefined
        ? refuse('not-found', missingRedrive(parameter('redrive')))
        : answered(redriveObject(redrive));
    },
  }),
  appRoute({
    method: 'PATCH',
    path: ONE,
    id: 'changeRedrive',
    summary: 'Pause one, or let it go on where it stopped',
    body: RedriveChange,
    answer: { status: 200, schema: Redrive },
    problems: ['not-found', 'already-ended', 'try-again'],
    async run({ body, parameter }, app, dependencies) {
      const outcome = await pauseRedrive(dependencies, app.id, parameter('redrive'), body.paused);
      return outcome.kind === 'refused' ? outcome : answered(redriveObject(outcome.redrive));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: ONE,
    id: 'stopRedrive',
    summary: 'Stop one for good; what it has done stays done',
    answer: { status: 200, schema: Redrive },
    problems: ['not-found', 'already-ended', 'try-again'],
    async run({ parameter }, app, dependencies) {
      const outcome = await stopRedrive(dependencies, app.id, parameter('redrive'));
      return outcome.kind === 'refused' ? outcome : answered(redriveObject(outcome.redrive));
    },
  }),
];
