import { optionalTimeText } from '../../../src/base/calendar.ts';
import { countErasable, startErasure } from '../../../src/management/erasures/manage-erasures.ts';
import { ErasureCount, NewErasure } from '../../../src/management/erasures/schema.ts';
import { unreachablePlaces } from '../../../src/management/erasures/unreachable.ts';
import { Redrive } from '../../../src/management/redrives/schema.ts';
import { erasedDeadLetters, redriveObject } from '../objects/redrives.ts';
import { answered, appRoute, type Route } from '../route.ts';

const PATH = '/v1/tenants/{app}/erasures';

export const ERASURE_ROUTES: readonly Route[] = [
  appRoute({
    method: 'POST',
    path: PATH,
    id: 'startErasure',
    summary:
      'Remove stored events of a subject, with an id, or that name a Salesforce record, whatever their status; the answer is a redrive, which the service goes on with by itself',
    body: NewErasure,
    answer: { status: 201, schema: Redrive },
    problems: ['limit-reached', 'unprocessable'],
    async run({ body, caller }, app, dependencies) {
      const outcome = await startErasure(dependencies, app.id, body, caller);
      return outcome.kind === 'refused' ? outcome : answered(redriveObject(outcome.redrive));
    },
  }),
  appRoute({
    method: 'POST',
    path: `${PATH}/count`,
    id: 'countErasable',
    summary: 'How much an erasure would find now, and what it does not reach; removes nothing',
    body: NewErasure,
    answer: { status: 200, schema: ErasureCount },
    problems: ['unprocessable'],
    async run({ body }, app, dependencies) {
      const outcome = await countErasable(dependencies, app.id, body);
      if (outcome.kind === 'refused') return outcome;
      return answered({
        deliveries: outcome.deliveries,
        dead_letters: erasedDeadLetters(outcome.deadLetters),
        quarantine: outcome.quarantine,
        history: outcome.history,
        kept: outcome.kept,
        scanned: outcome.scanned,
        complete: outcome.isComplete,
        unreachable: unreachablePlaces(dependencies.clock.now()).map(({ where, what, untilMs }) => ({
          where,
          what,
          until: optionalTimeText(untilMs),
        })),
      });
    },
  }),
];
