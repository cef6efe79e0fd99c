import { Flags, type Interfaces, ux } from '@oclif/core';
import type * as v from 'valibot';
import { DEAD_LETTER_KINDS, DEAD_LETTER_QUEUES } from '../../src/domain/dead-letters/dead-letter.ts';
import { DeadLetterCount, type DiscardDeadLetters } from '../../src/management/dead-letters/schema.ts';
import { type ApiClient, expectShape } from './api-client.ts';
import { Failure } from './failure.ts';
import { givenParts, queryOf, timeOf } from './filters.ts';
import { type Reading, reading } from './reading.ts';

/** The flags that select dead letters. */
export const deadLetterFilterFlags = {
  queue: Flags.option({ options: DEAD_LETTER_QUEUES, description: 'only messages of this queue' })(),
  kind: Flags.option({ options: DEAD_LETTER_KINDS, description: 'only messages of this kind' })(),
  app: Flags.string({ char: 'a', description: 'only messages of this app, by name or id' }),
  publication: Flags.string({
    char: 'p',
    description: 'only deliveries to this publication, by id, or with --app by name',
  }),
  subscription: Flags.string({
    description: 'only first deliveries from this subscription, by id, or with --app by name',
  }),
  'event-id': Flags.string({ description: 'only first deliveries of this event' }),
  type: Flags.string({ description: 'only first deliveries of events of this CloudEvents type' }),
  subject: Flags.string({
    description: 'only first deliveries of events of this subject, for Salesforce the topic',
  }),
  since: Flags.string({
    helpValue: 'TIME',
    description: 'only what was sent at this time or later, or not longer ago than 2h',
  }),
  until: Flags.string({ helpValue: 'TIME', description: 'only what was sent before this time' }),
  reason: Flags.string({ description: 'only where the reason holds this text' }),
};

/** The filter in the form of the API's request bodies. */
export type DeadLetterFilter = v.InferInput<typeof DiscardDeadLetters>['filter'];

/** The filter that the flags describe; empty without any. */
export function deadLetterFilter(
  flags: Interfaces.InferredFlags<typeof deadLetterFilterFlags>,
): DeadLetterFilter {
  const filter: DeadLetterFilter = {
    queue: flags.queue,
    kind: flags.kind,
    app: flags.app,
    publication: flags.publication,
    subscription: flags.subscription,
    event_id: flags['event-id'],
    event_type: flags.type,
    event_subject: flags.subject,
    from: timeOf('since', flags.since),
    until: timeOf('until', flags.until),
    reason: flags.reason,
  };
  return givenParts(filter);
}

const Counted = reading(DeadLetterCount, 'count', 'looked_at', 'complete', 'at');

/** Reports how many dead letters match; undefined when there is nothing to do. */
export async function countFirst(
  client: ApiClient,
  filter: DeadLetterFilter,
): Promise<(Reading<typeof DeadLetterCount, 'at'> & { readonly found: string }) | undefined> {
  const counted = expectShape(
    Counted,
    await client.request('GET', `/dead-letters/count?${queryOf(filter)}`),
    'the number of dead letters',
  );
  const { count, looked_at: lookedAt, complete } = counted;
  const found = complete
    ? `${count} dead ${count === 1 ? 'letter' : 'letters'}`
    : `at least ${count} dead letters`;
  ux.stderr(
    `Found ${found} that ${count === 1 && complete ? 'matches' : 'match'}${complete ? '' : `, after looking at ${lookedAt}`}.`,
  );
  return count === 0 && complete ? undefined : { ...counted, found };
}

interface Step {
  readonly count: number;
  readonly refusal?: string | undefined;
  readonly next?: string | undefined;
}

/**
 * Repeats `step` until none is left. The service handles a batch at a time, and says after which time letters are new.
 * @param doing words for people, such as `Redriving`, and `redriven` once it is done
 * @param step handles a batch of the letters from before the time
 */
export async function endAll(
  { doing, done }: { readonly doing: string; readonly done: string },
  firstBefore: string | undefined,
  step: (before: string | undefined) => Promise<Step>,
): Promise<void> {
  ux.action.start(`${doing} dead letters`);
  let total = 0;
  let before = firstBefore;
  for (;;) {
    const { count, refusal, next } = await step(before);
    total += count;
    if (refusal !== undefined) {
      ux.action.stop(`stopped, ${total} ${done}`);
      throw new Failure(
        `a queue refused one (${refusal}): it and the rest are dead letters as before; try again`,
      );
    }
    if (next === undefined) break;
    if (count === 0) {
      ux.action.stop(`stopped, ${total} ${done}`);
      throw new Failure('some of them could not be reached: see `events:dead-letters`, and try again');
    }
    before = next;
    ux.action.status = `${total} so far`;
  }
  ux.action.stop(`done, ${total} ${done}`);
}
