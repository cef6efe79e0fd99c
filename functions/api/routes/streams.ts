import type { App } from '../../../src/domain/apps/app.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import {
  changeStream,
  createStream,
  deleteStream,
  findStream,
  type LinkedStream,
  type StreamPair,
} from '../../../src/management/streams/manage-streams.ts';
import { NewStream, Stream, StreamChange, StreamList } from '../../../src/management/streams/schema.ts';
import type { Precondition } from '../entity-tag.ts';
import { LIST_QUERY, listPart } from '../list-part.ts';
import { readLinks, streamObject } from '../objects/links.ts';
import type { ApiDependencies } from '../ports.ts';
import { type Answered, answered, appRoute, type Route } from '../route.ts';
import type { Shown } from '../shown.ts';

function pairOf(parameter: (name: string) => string): StreamPair {
  return { source: parameter('source'), target: parameter('target') };
}

function linkedObject({ stream, subscription, publication }: LinkedStream): Shown<typeof Stream> {
  return streamObject(stream, subscription, publication);
}

function onLinked(precondition: Precondition | undefined) {
  return (linked: LinkedStream) => precondition?.(linkedObject(linked));
}

async function unlink(
  pair: StreamPair,
  precondition: Precondition | undefined,
  app: App,
  dependencies: ApiDependencies,
): Promise<Answered<Shown<typeof Stream>> | Refusal> {
  const outcome = await deleteStream(dependencies, app.id, pair, onLinked(precondition));
  return outcome.kind === 'refused' ? outcome : answered(linkedObject(outcome));
}

export const STREAM_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/streams',
    id: 'listStreams',
    summary: 'The streams of the app, by source and target',
    query: LIST_QUERY,
    answer: { status: 200, schema: StreamList },
    problems: [],
    async run({ query, hidesSecrets }, app, dependencies) {
      const { streams, subscriptions, publications } = await readLinks(dependencies, app.id, {
        hidesSecrets,
      });
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
      return listPart(shown, ({ source, target }) => `${source.name} ${target.name}`, query);
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/streams',
    id: 'createStream',
    summary: 'Link a subscription to a publication',
    body: NewStream,
    answer: { status: 201, schema: Stream },
    problems: ['not-found', 'invalid-filter', 'invalid-key', 'name-taken', 'limit-reached'],
    async run({ body }, app, dependencies) {
      const outcome = await createStream(dependencies, app.id, body, body);
      return outcome.kind === 'refused' ? outcome : answered(linkedObject(outcome));
    },
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/streams/{source}/{target}',
    id: 'showStream',
    summary: 'One stream',
    answer: { status: 200, schema: Stream },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const found = await findStream(dependencies, app.id, pairOf(parameter));
      return found.kind === 'refused' ? found : answered(linkedObject(found));
    },
  }),
  appRoute({
    method: 'PATCH',
    path: '/v1/tenants/{app}/streams/{source}/{target}',
    id: 'changeStream',
    summary:
      'Change the filter of a stream (null lets everything pass), its order, or whether its drops are traced',
    body: StreamChange,
    answer: { status: 200, schema: Stream },
    problems: ['not-found', 'invalid-filter', 'invalid-key', 'unprocessable'],
    isConditional: true,
    async run({ parameter, body, precondition }, app, dependencies) {
      const outcome = await changeStream(
        dependencies,
        app.id,
        pairOf(parameter),
        body,
        onLinked(precondition),
      );
      return outcome.kind === 'refused' ? outcome : answered(linkedObject(outcome));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/streams/{source}/{target}',
    id: 'deleteStream',
    summary: 'Unlink a subscription from a publication',
    answer: { status: 200, schema: Stream },
    problems: ['not-found'],
    isConditional: true,
    run: ({ parameter, precondition }, app, dependencies) =>
      unlink(pairOf(parameter), precondition, app, dependencies),
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/subscriptions/{source}/publications/{target}',
    id: 'unlink',
    summary: "Unlink a subscription from a publication: the pilot's route",
    answer: { status: 200, schema: Stream },
    problems: ['not-found'],
    isConditional: true,
    run: ({ parameter, precondition }, app, dependencies) =>
      unlink(pairOf(parameter), precondition, app, dependencies),
  }),
];
