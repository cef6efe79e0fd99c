import * as v from 'valibot';
import { parseRfc3339, timeText } from '../../../src/base/calendar.ts';
import {
  DEAD_LETTERS_LISTED_DEFAULT,
  DEAD_LETTERS_LISTED_MAX,
  DEAD_LETTERS_REDRIVEN_MAX,
} from '../../../src/domain/dead-letters/dead-letter-queue.ts';
import { wholeNumber } from '../../../src/domain/fields.ts';
import {
  findDeadLetter,
  redriveDeadLetter,
} from '../../../src/management/dead-letters/manage-dead-letters.ts';
import {
  DeadLetterDetail,
  DeadLetterPage,
  RedriveDeadLetters,
  RedrivenDeadLetters,
} from '../../../src/management/dead-letters/schema.ts';
import { deadLetterDetail, deadLetterObject } from '../objects/dead-letters.ts';
import type { ApiDependencies } from '../ports.ts';
import { adminRoute, answered, type Route } from '../route.ts';

const PATH = '/v1/dead-letters';
const ONE = `${PATH}/{deadLetter}`;

/** They belong to the installation: what cannot be read has no app that it could be shown to. */
export const DEAD_LETTER_ROUTES: readonly Route[] = [
  adminRoute({
    method: 'GET',
    path: PATH,
    id: 'listDeadLetters',
    summary: 'Messages that their consumer could not end, oldest first',
    answer: { status: 200, schema: DeadLetterPage },
    problems: [],
    query: v.strictObject({
      limit: v.optional(
        wholeNumber('limit', {
          max: DEAD_LETTERS_LISTED_MAX,
          usual: DEAD_LETTERS_LISTED_DEFAULT,
          description: 'how many at most',
        }),
      ),
    }),
    async run({ query }, dependencies) {
      const { deadLetters, isComplete } = await dependencies.deadLetters.list(
        query.limit ?? DEAD_LETTERS_LISTED_DEFAULT,
      );
      const names = await appNames(dependencies);
      return answered({
        dead_letters: deadLetters.map((deadLetter) => deadLetterObject(deadLetter, names)),
        complete: isComplete,
      });
    },
  }),
  adminRoute({
    method: 'GET',
    path: ONE,
    id: 'showDeadLetter',
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
    method: 'POST',
    path: `${PATH}/redrive`,
    id: 'redriveDeadLetters',
    summary: `Put back those that were there before the time (default: now), at most ${DEAD_LETTERS_REDRIVEN_MAX}; where the answer has a next, go on with it as before`,
    body: RedriveDeadLetters,
    isBodyOptional: true,
    answer: { status: 200, schema: RedrivenDeadLetters },
    problems: [],
    async run({ body }, { deadLetters, clock }) {
      const beforeMs =
        (typeof body.before === 'string' ? parseRfc3339(body.before) : undefined) ?? clock.now();
      const { redrivenCount, refusal, isComplete } = await deadLetters.redriveAll(beforeMs);
      return answered({
        redriven: redrivenCount,
        refusal,
        next: isComplete || refusal !== undefined ? undefined : timeText(beforeMs),
      });
    },
  }),
];

async function appNames({ apps }: ApiDependencies): Promise<ReadonlyMap<string, string>> {
  return new Map((await apps.list()).map(({ id, name }) => [id, name]));
}
