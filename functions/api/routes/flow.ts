import { Flow } from '../../../src/management/flow/schema.ts';
import { flowObject } from '../objects/flow.ts';
import { answered, appRoute, type Route } from '../route.ts';

export const FLOW_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/flow',
    id: 'showFlow',
    summary:
      'How events flow through the app: subscriptions, streams and publications with their states, and what became of events in each minute of the last hour. Made to be asked again and again with `If-None-Match`; what was changed elsewhere shows within a minute',
    answer: { status: 200, schema: Flow },
    problems: [],
    async run(_input, app, { flow }) {
      return answered(flowObject(app, await flow.read(app.id), flow.refreshMs));
    },
  }),
];
