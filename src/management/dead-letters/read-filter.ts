import { parseRfc3339 } from '../../base/calendar.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import type { DeadLetterFilter } from '../../domain/dead-letters/dead-letter-filter.ts';
import { quoted } from '../../domain/fields.ts';
import { isIdShaped } from '../../domain/names.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import type { DeadLetterFilterInput } from './schema.ts';

export interface ReadFilterPorts {
  readonly apps: Pick<AppStore, 'get'>;
  readonly publications: Pick<PublicationStore, 'get'>;
  readonly subscriptions: Pick<SubscriptionStore, 'get'>;
}

/** Resolves the filter's names to ids. Ids are not checked, because a dead letter may outlive its resource. */
export async function readDeadLetterFilter(
  { apps, publications, subscriptions }: ReadFilterPorts,
  input: DeadLetterFilterInput,
): Promise<{ readonly kind: 'filter'; readonly filter: DeadLetterFilter } | Refusal> {
  const appId = await idOf(input.app, (name) => apps.get(name));
  if (appId === 'unknown') return unknown('an app', input.app);
  const { publication, subscription } = input;
  for (const [field, given] of Object.entries({ publication, subscription })) {
    if (appId === undefined && given !== undefined && !isIdShaped(given)) {
      return refuse(
        'unprocessable',
        `expected "app" beside the name of a ${field}, found none; name the app, or give the id of the ${field}`,
      );
    }
  }
  const publicationId = await idOf(publication, (name) => publications.get(appId ?? '', name));
  if (publicationId === 'unknown') return unknown('a publication of the app', publication);
  const subscriptionId = await idOf(subscription, (name) => subscriptions.get(appId ?? '', name));
  if (subscriptionId === 'unknown') return unknown('a subscription of the app', subscription);
  return {
    kind: 'filter',
    filter: {
      queue: input.queue,
      kind: input.kind,
      appId,
      publicationId,
      subscriptionId,
      eventId: input.event_id,
      eventType: input.event_type,
      eventSubject: input.event_subject,
      fromMs: input.from === undefined ? undefined : parseRfc3339(input.from),
      untilMs: input.until === undefined ? undefined : parseRfc3339(input.until),
      reason: input.reason,
    },
  };
}

async function idOf(
  given: string | undefined,
  find: (name: string) => Promise<{ readonly id: string } | undefined>,
): Promise<string | undefined> {
  if (given === undefined || isIdShaped(given)) return given;
  return (await find(given))?.id ?? 'unknown';
}

function unknown(noun: string, given = ''): Refusal {
  return refuse(
    'not-found',
    `expected the name or id of ${noun}, found ${quoted(given)}; of one that is gone, give the id`,
  );
}
