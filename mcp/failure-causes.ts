import type { Reading } from '../cli/lib/reading.ts';
import type { DeliveryPage } from '../src/management/deliveries/schema.ts';
import { failureWords } from './failure-words.ts';
import { errorOf } from './publication-words.ts';

/** Deliveries to one publication that failed for the same reason. */
export interface Cause {
  readonly publication: string;
  readonly status: string;
  readonly error: string;
  readonly why: string;
  readonly count: number;
  /** The newest of these deliveries, as an example. */
  readonly example: string;
}

export function causesOf(
  deliveries: Reading<typeof DeliveryPage, 'deliveries'>['deliveries'],
): readonly Cause[] {
  const failed = deliveries.filter(({ last_error }) => last_error !== undefined);
  const groups = Map.groupBy(failed, ({ publication, status, last_error }) =>
    JSON.stringify([publication?.name, status, last_error?.id]),
  );
  return [...groups.values()]
    .flatMap((group): Cause[] => {
      const [first] = group;
      if (first === undefined) return [];
      const error = first.last_error?.id ?? 'unknown';
      return [
        {
          publication: first.publication?.name ?? '',
          status: first.status ?? '',
          error,
          why: failureWords(errorOf(error)),
          count: group.length,
          example: first.id,
        },
      ];
    })
    .sort((one, other) => other.count - one.count);
}

export function causeWords({ publication, count, status, why, example }: Cause): string {
  return `${publication}: ${count} ${status}: ${why}, e.g. delivery ${example}.`;
}
