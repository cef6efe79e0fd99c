import * as v from 'valibot';
import { parseRfc3339, timeText } from '../../../src/base/calendar.ts';
import {
  DEAD_LETTERS_ENDED_MAX,
  DEAD_LETTERS_LISTED_DEFAULT,
  DEAD_LETTERS_LISTED_MAX,
  DEAD_LETTERS_LOOKED_AT_MAX,
  type DeadLettersEnded,
} from '../../../src/domain/dead-letters/dead-letter-queue.ts';
import { wholeNumber } from '../../../src/domain/fields.ts';
import {
  discardDeadLetter,
  findDeadLetter,
  redriveDeadLetter,
} from '../../../src/management/dead-letters/manage-dead-letters.ts';
import { readDeadLetterFilter } from '../../../src/management/dead-letters/read-filter.ts';
import {
  DeadLetterCount,
  DeadLetterDetail,
  DeadLetterFilter,
  DeadLetterPage,
  DiscardDeadLetters,
  DiscardedDeadLetters,
  RedriveDeadLetters,
  RedrivenDeadLetters,
} from '../../../src/management/dead-letters/schema.ts';
import { deadLetterDetail, deadLetterObject } from '../objects/dead-letters.ts';
import type { ApiDependencies } from '../ports.ts';
import { adminRoute, answered, type Route } from '../route.ts';

const PATH = '/v1/dead-letters';
const ONE = `${PATH}/{deadLetter}`;
/** Problems of every route that accepts a filter. */
const FILTER_PROBLEMS = ['not-found', 'unprocessable'] as const;

/** Dead letters belong to the installation: an unreadable message has no app that it could be shown to. */
export const DEAD_LETTER_ROUTES: readonly Route[] = [
  adminRoute({
    method: 'GET',
    path: PATH,
    id: 'listDeadLetters',
    summary: 'Messages that their consumer could not end, oldest first',
    answer: { status: 200, schema: DeadLetterPage },
    problems: FILTER_PROBLEMS,
    query: v.strictObject({
      ...DeadLetterFilter.entries,
      limit: v.optional(
        wholeNumber('limit', {
          max: DEAD_LETTERS_LISTED_MAX,
          usual: DEAD_LETTERS_LISTED_DEFAULT,
          description: 'how many at most',
        }),
      ),
    }),
    async run({ query }, dependencies) {
      const { limit = DEAD_LETTERS_LISTED_DEFAULT, ...asked } = query;
      const read = await readDeadLetterFilter(dependencies, asked);
      if (read.kind === 'refused') return read;
      const { deadLetters, isComplete, lookedAtCount } = await dependencies.deadLetters.list(
        limit,
        read.filter,
      );
      const names = await appNames(dependencies);
      return answered({
        dead_letters: deadLetters.map((deadLetter) => deadLetterObject(deadLetter, names)),
        looked_at: lookedAtCount,
        complete: isComplete,
      });
    },
  }),
  adminRoute({
    method: 'GET',
    path: `${PATH}/count`,
    id: 'countDeadLetters',
    summary: 'How many match: what a redrive or a discard by the same filter would find now',
    answer: { status: 200, schema: DeadLetterCount },
    problems: FILTER_PROBLEMS,
    query: DeadLetterFilter,
    async run({ query }, dependencies) {
      const read = await readDeadLetterFilter(dependencies, query);
      if (read.kind === 'refused') return read;
      const nowMs = dependencies.clock.now();
      const { deadLetters, isComplete, lookedAtCount } = await dependencies.deadLetters.list(
        DEAD_LETTERS_LOOKED_AT_MAX,
        read.filter,
      );
      return answered({
        count: deadLetters.length,
        looked_at: lookedAtCount,
        complete: isComplete,
        at: timeText(nowMs),
      });
    },
  }),
  adminRoute({
    method: 'GET',
    path: ONE,
    id: 'showDeadLetter',
    showsPayloads: true,
    summary: 'One of them, with its whole body',
    answer: { status: 200, schema: DeadLetterDetail },
    problems: ['not-found'],
    async run({ parameter }, dependencies) {
      const outcome = await findDeadLetter(dependencies.deadLetters, parameter('deadLetter'));
      if (outcome.kind === 'refused') return outcome;
      return answered(deadLetterDetail(outcome.deadLetter, await appNames(dependencies)));
    },
  }),
  adminRoute({
    method: 'POST',
    path: `${ONE}/redrive`,
    id: 'redriveDeadLetter',
    summary: 'Put one back on the queue it came from',
    answer: { status: 200, schema: DeadLetterDetail },
    problems: ['not-found', 'queue-refused'],
    async run({ parameter }, dependencies) {
      const outcome = await redriveDeadLetter(dependencies.deadLetters, parameter('deadLetter'));
      if (outcome.kind === 'refused') return outcome;
      return answered(deadLetterDetail(outcome.deadLetter, await appNames(dependencies)));
    },
  }),
  adminRoute({
    method: 'DELETE',
    path: ONE,
    id: 'discardDeadLetter',
    summary: 'Discard one for good: what it holds is not delivered any more',
    answer: { status: 200, schema: DeadLetterDetail },
    problems: ['not-found', 'queue-refused'],
    async run({ parameter, caller }, dependencies) {
      const id = parameter('deadLetter');
      const outcome = await discardDeadLetter(dependencies.deadLetters, id);
      if (outcome.kind === 'refused') return outcome;
      dependencies.log.write('DEAD_LETTERS_DISCARDED', { deadLetterId: id, discarded: 1, caller });
      return answered(deadLetterDetail(outcome.deadLetter, await appNames(dependencies)));
    },
  }),
  adminRoute({
    method: 'POST',
    path: `${PATH}/redrive`,
    id: 'redriveDeadLetters',
    summary: `Put back those that match and were there before the time (default: now), at most ${DEAD_LETTERS_ENDED_MAX}; where the answer has a next, go on with it as before`,
    body: RedriveDeadLetters,
    isBodyOptional: true,
    answer: { status: 200, schema: RedrivenDeadLetters },
    problems: FILTER_PROBLEMS,
    async run({ body }, dependencies) {
      const read = await readDeadLetterFilter(dependencies, body.filter ?? {});
      if (read.kind === 'refused') return read;
      const beforeMs = timeOr(body.before, dependencies.clock.now());
      const outcome = await dependencies.deadLetters.redriveAll(beforeMs, read.filter);
      return answered({ redriven: outcome.count, ...endedFields(outcome, beforeMs) });
    },
  }),
  adminRoute({
    method: 'POST',
    path: `${PATH}/discard`,
    id: 'discardDeadLetters',
    summary: `Discard for good those that match and were there before the time (default: now), at most ${DEAD_LETTERS_ENDED_MAX}; where the answer has a next, go on with it as before`,
    body: DiscardDeadLetters,
    answer: { status: 200, schema: DiscardedDeadLetters },
    problems: FILTER_PROBLEMS,
    async run({ body, caller }, dependencies) {
      const read = await readDeadLetterFilter(dependencies, body.filter);
      if (read.kind === 'refused') return read;
      const beforeMs = timeOr(body.before, dependencies.clock.now());
      const outcome = await dependencies.deadLetters.discardAll(beforeMs, read.filter);
      if (outcome.count > 0) {
        dependencies.log.write('DEAD_LETTERS_DISCARDED', {
          filter: JSON.stringify(body.filter),
          discarded: outcome.count,
          caller,
        });
      }
      return answered({ discarded: outcome.count, ...endedFields(outcome, beforeMs) });
    },
  }),
];

function timeOr(given: string | null | undefined, otherwiseMs: number): number {
  return (typeof given === 'string' ? parseRfc3339(given) : undefined) ?? otherwiseMs;
}

function endedFields({ lookedAtCount, refusal, isComplete }: DeadLettersEnded, beforeMs: number) {
  return {
    looked_at: lookedAtCount,
    refusal,
    next: isComplete || refusal !== undefined ? undefined : timeText(beforeMs),
  };
}

async function appNames({ apps }: ApiDependencies): Promise<ReadonlyMap<string, string>> {
  return new Map((await apps.list()).map(({ id, name }) => [id, name]));
}
