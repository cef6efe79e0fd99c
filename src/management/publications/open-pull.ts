import type { Clock } from '../../base/clock.ts';
import { sha256Hex } from '../../base/ids.ts';
import { PULL_SETTINGS_DEFAULT } from '../../domain/deliveries/pull.ts';
import { isListeners } from '../../domain/listeners/listener.ts';
import { publicationNameFault } from '../../domain/names.ts';
import { PUBLICATIONS_PER_APP_MAX, type PublicationOf } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { newStream, streamLimitRefusal } from '../streams/manage-streams.ts';

export interface OpenPullPorts {
  readonly publications: Pick<PublicationStore, 'get' | 'list' | 'create'>;
  readonly subscriptions: Pick<SubscriptionStore, 'get'>;
  readonly streams: StreamStore;
  readonly clock: Clock;
}

export interface OpenedPull {
  readonly kind: 'open';
  readonly publication: PublicationOf<'pull'>;
}

/** Used if another publication has the subscription's name. */
const SUFFIX = '-pull';

/**
 * The publication to pull under this name: the one with that name, or else one linked to the subscription with that
 * name. If there is none yet, it is created with default settings and no filter, and receives events from then on.
 */
export async function openPull(
  ports: OpenPullPorts,
  appId: string,
  name: string,
): Promise<OpenedPull | Refusal> {
  const { publications, subscriptions, streams } = ports;
  const named = await publications.get(appId, name);
  if (named !== undefined && isListeners(named)) {
    return refuse(
      'in-use',
      `expected the name of a subscription of this app, or of a publication that is pulled, found the listener ${named.name}, which \`sluice events:listen\` takes from`,
    );
  }
  if (named?.platform === 'pull') return { kind: 'open', publication: named };
  const subscription = await subscriptions.get(appId, name);
  if (subscription === undefined) {
    const found = named === undefined ? '' : `, which is a ${named.platform} publication`;
    return refuse(
      'not-found',
      `expected the name of a subscription of this app, or of a publication that is pulled, found ${JSON.stringify(name.slice(0, 100))}${found}; see \`sluice events:subscriptions\``,
    );
  }
  const linked = await Promise.all(
    (await streams.listOfSubscription(appId, subscription.id)).map(({ publicationName }) =>
      publications.get(appId, publicationName),
    ),
  );
  // A developer's listener takes nothing away from the app that pulls.
  const pulled = linked
    .filter((publication) => publication?.platform === 'pull')
    .filter(({ isListener }) => isListener !== true);
  const [first] = pulled;
  if (first === undefined) return makePull(ports, subscription, named !== undefined);
  if (pulled.length === 1) return { kind: 'open', publication: first };
  const names = pulled.map((publication) => publication.name).sort();
  return refuse(
    'in-use',
    `expected one publication of ${subscription.name} that is pulled, found ${names.join(', ')}: ask for one of these names`,
  );
}

async function makePull(
  { publications, subscriptions, streams, clock }: OpenPullPorts,
  subscription: Subscription,
  isNameTaken: boolean,
): Promise<OpenedPull | Refusal> {
  const { appId } = subscription;
  const name = isNameTaken ? `${subscription.name}${SUFFIX}` : subscription.name;
  const fault = publicationNameFault(name);
  if (fault !== undefined || (isNameTaken && (await publications.get(appId, name)) !== undefined)) {
    return refuse(
      'name-taken',
      `expected a publication that is pulled and linked to ${subscription.name}, found none, and its name is taken: make one with \`sluice events:publications:pull:create NAME -s ${subscription.name}\``,
    );
  }
  if ((await publications.list(appId)).length >= PUBLICATIONS_PER_APP_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${PUBLICATIONS_PER_APP_MAX} publications in an app, found as many: delete one that is no longer used`,
    );
  }
  const limit = await streamLimitRefusal(streams, appId);
  if (limit !== undefined) return limit;
  const publication: PublicationOf<'pull'> = {
    ...PULL_SETTINGS_DEFAULT,
    id: pullIdOf(subscription),
    appId,
    name,
    platform: 'pull',
    state: 'active',
    createdAtMs: clock.now(),
    version: 1,
  };
  // Create the stream first, for a predetermined id: a process that dies in between or loses a race finds it and
  // continues. Events that arrive at this moment are dropped, as they would have been before the request.
  await streams.create(newStream(subscription, publication, null, clock.now()));
  const created = await publications.create(publication);
  if ((await subscriptions.get(appId, subscription.id)) === undefined) {
    await streams.remove(appId, subscription.id, publication.id);
  }
  if (created === 'created') return { kind: 'open', publication };
  const other = await publications.get(appId, name);
  return other?.platform === 'pull'
    ? { kind: 'open', publication: other }
    : refuse('try-again', 'the publication is being made by others at this moment: try again');
}

/** A deterministic UUID (version 8) for the subscription. */
function pullIdOf({ id }: Subscription): string {
  const hex = sha256Hex(`pull ${id}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
