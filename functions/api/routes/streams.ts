import type { App } from '../../../src/domain/apps/app.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import {
  changeStream,
  createStream,
  deleteStream,
  type StreamPair,
} from '../../../src/management/streams/manage-streams.ts';
import { NewStream, Stream, StreamChange, StreamList } from '../../../src/management/streams/schema.ts';
import { readLinks, streamObject } from '../objects/links.ts';
import type { ApiDependencies } from '../ports.ts';
import { type Answered, answered, appRoute, type Route } from '../route.ts';
import type { Shown } from '../shown.ts';

function pairOf(parameter: (name: string) => string): StreamPair {
  return { source: parameter('source'), target: parameter('target') };
}

async function unlink(
  pair: StreamPair,
  app: App,
  dependencies: ApiDependencies,
): Promise<Answered<Shown<typeof Stream>> | Refusal> {
  const outcome = await deleteStream(dependencies, app.id, pair);
  if (outcome.kind === 'refused') return outcome;
  return answered(streamObject(outcome.stream, outcome.subscription, outcome.publication));
}

export const STREAM_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/streams',
    id: 'listStreams',
    summary: 'The streams of the app, by source and target',
    answer: { status: 200, schema: StreamList },
    problems: [],
    async run(_input, app, dependencies) {
      const { streams, subscriptions, publications } = await readLinks(dependencies, app.id);
      const shown = subscriptions.flatMap((source) =>
        publications.flatMap((target) =>
          streams
            .filter(
              ({ subscriptionId, publicationId }) =>
                subscriptionId === source.id && publicationId === target.id,
            )
            .map((stream) => streamObject(stream, source, target)),
        ),
      );
      return answered(shown);
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/streams',
    id: 'createStream',
    summary: 'Link a subscription to a publication',
    body: NewStream,
    answer: { status: 201, schema: Stream },
    problems: ['not-found', 'invalid-filter', 'name-taken', 'limit-reached'],
    async run({ body }, app, dependencies) {
      const outcome = await createStream(dependencies, app.id, body, body.filter ?? null, body.trace_drops);
      if (outcome.kind === 'refused') return outcome;
      return answered(streamObject(outcome.stream, outcome.subscription, outcome.publication));
    },
  }),
  appRoute({
    method: 'PATCH',
    path: '/v1/tenants/{app}/streams/{source}/{target}',
    id: 'changeStream',
    summary:
      'Change the filter of a stream, or whether its drops are traced; a filter of null lets everything pass',
    body: StreamChange,
    answer: { status: 200, schema: Stream },
    problems: ['not-found', 'invalid-filter'],
    async run({ parameter, body }, app, dependencies) {
      const outcome = await changeStream(dependencies, app.id, pairOf(parameter), body);
      if (outcome.kind === 'refused') return outcome;
      return answered(streamObject(outcome.stream, outcome.subscription, outcome.publication));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/streams/{source}/{target}',
    id: 'deleteStream',
    summary: 'Unlink a subscription from a publication',
    answer: { status: 200, schema: Stream },
    problems: ['not-found'],
    run: ({ parameter }, app, dependencies) => unlink(pairOf(parameter), app, dependencies),
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/subscriptions/{source}/publications/{target}',
    id: 'unlink',
    summary: "Unlink a subscription from a publication: the pilot's route",
    answer: { status: 200, schema: Stream },
    problems: ['not-found'],
    run: ({ parameter }, app, dependencies) => unlink(pairOf(parameter), app, dependencies),
  }),
];
