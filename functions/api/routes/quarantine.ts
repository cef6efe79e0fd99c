import { QUARANTINE_PAGE_MAX } from '../../../src/domain/feeds/quarantine-store.ts';
import {
  discardQuarantined,
  findQuarantined,
  listQuarantine,
  replayQuarantined,
} from '../../../src/management/quarantine/manage-quarantine.ts';
import {
  QuarantinedEvent,
  QuarantineList,
  QuarantineRecord,
} from '../../../src/management/quarantine/schema.ts';
import { quarantinedObject, quarantineRecordObject, withoutPayload } from '../objects/quarantine.ts';
import { answered, appRoute, type Route } from '../route.ts';

const PATH = '/v1/tenants/{app}/quarantine';
const ONE = `${PATH}/{quarantined}`;

export const QUARANTINE_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: PATH,
    id: 'listQuarantine',
    summary: `Events that could not be made into deliveries, newest first, at most ${QUARANTINE_PAGE_MAX}`,
    answer: { status: 200, schema: QuarantineList },
    problems: [],
    async run(_input, app, dependencies) {
      return answered((await listQuarantine(dependencies, app.id)).map(quarantineRecordObject));
    },
  }),
  appRoute({
    method: 'GET',
    path: ONE,
    id: 'showQuarantined',
    showsPayloads: true,
    summary: 'One of them, with the bytes that came from Salesforce',
    answer: { status: 200, schema: QuarantinedEvent },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const outcome = await findQuarantined(dependencies, app.id, parameter('quarantined'));
      return outcome.kind === 'refused' ? outcome : answered(quarantinedObject(outcome.event));
    },
  }),
  appRoute({
    method: 'POST',
    path: `${ONE}/replay`,
    id: 'replayQuarantined',
    summary: 'Decode it again, and send it through the streams as they are now',
    answer: { status: 200, schema: QuarantineRecord },
    problems: ['not-found', 'not-replayable', 'authorization-not-active', 'salesforce-unreachable'],
    async run({ parameter }, app, dependencies) {
      const outcome = await replayQuarantined(dependencies, app.id, parameter('quarantined'));
      return outcome.kind === 'refused' ? outcome : answered(withoutPayload(outcome.event));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: ONE,
    id: 'discardQuarantined',
    summary: 'Give it up',
    answer: { status: 200, schema: QuarantineRecord },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const outcome = await discardQuarantined(dependencies, app.id, parameter('quarantined'));
      return outcome.kind === 'refused' ? outcome : answered(withoutPayload(outcome.event));
    },
  }),
];
