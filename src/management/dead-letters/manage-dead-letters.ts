import type { DeadLetter } from '../../domain/dead-letters/dead-letter.ts';
import type { DeadLetterMissing, DeadLetterQueue } from '../../domain/dead-letters/dead-letter-queue.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

export async function findDeadLetter(
  queue: DeadLetterQueue,
  id: string,
): Promise<{ readonly kind: 'found'; readonly deadLetter: DeadLetter } | Refusal> {
  const search = await queue.find(id);
  return search.kind === 'found' ? search : notFound(id, search);
}

export async function redriveDeadLetter(
  queue: DeadLetterQueue,
  id: string,
): Promise<{ readonly kind: 'redriven'; readonly deadLetter: DeadLetter } | Refusal> {
  const result = await queue.redrive(id);
  switch (result.kind) {
    case 'redriven':
      return result;
    case 'refused':
      return refuse(
        'queue-refused',
        `expected the queue to take the message back, found: ${result.message}; it stays a dead letter: try again`,
      );
    default:
      return notFound(id, result);
  }
}

export async function discardDeadLetter(
  queue: DeadLetterQueue,
  id: string,
): Promise<{ readonly kind: 'discarded'; readonly deadLetter: DeadLetter } | Refusal> {
  const result = await queue.discard(id);
  switch (result.kind) {
    case 'discarded':
      return result;
    case 'refused':
      return refuse(
        'queue-refused',
        `expected the queue to delete the message, found: ${result.message}; it stays a dead letter: try again`,
      );
    default:
      return notFound(id, result);
  }
}

function notFound(id: string, missing: DeadLetterMissing): Refusal {
  const given = JSON.stringify(id.slice(0, 100));
  if (missing.kind === 'missing') {
    return refuse(
      'not-found',
      `expected the id of a dead letter, found ${given}; \`sluice events:dead-letters\` lists them`,
    );
  }
  return refuse(
    'not-found',
    `looked at ${missing.lookedAtCount} dead letters, the most for one request, and ${given} was not among them: ` +
      'it may be there all the same; try again, or redrive or discard by a filter',
  );
}
