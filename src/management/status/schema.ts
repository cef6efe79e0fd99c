import * as v from 'valibot';
import { DELIVERIES_COUNTED_MAX } from '../../domain/deliveries/delivery-store.ts';
import { Count, Id, knownValue, Name, NamedId, Reason } from '../../domain/fields.ts';
import { PUBLICATION_STATES } from '../../domain/publications/publication.ts';
import { Allocation, Authorization } from '../authorizations/schema.ts';
import { Feed } from '../feeds/schema.ts';
import { Backlog, Breaker } from '../publication-fields.ts';

export const Status = v.looseObject({
  app: NamedId,
  feeds: v.array(Feed),
  authorizations: v.array(Authorization),
  allocations: v.array(Allocation),
  publications: v.pipe(
    v.array(
      v.looseObject({
        id: Id,
        name: Name,
        state: knownValue(PUBLICATION_STATES),
        state_reason: v.optional(v.string()),
        breaker: v.optional(Breaker),
      }),
    ),
    v.description('those that are not active, or whose breaker is not closed'),
  ),
  generators: v.pipe(
    v.array(v.looseObject({ id: Id, name: Name, reason: Reason })),
    v.description('those whose mapping failed at the last run'),
  ),
  deliveries: v.pipe(
    v.looseObject({
      waiting: Count,
      available: v.pipe(Count, v.description('to be pulled')),
      parked: Count,
      rejected: Count,
      exhausted: Count,
    }),
    v.description(`by status, each counted up to ${DELIVERIES_COUNTED_MAX}`),
  ),
  pulled: v.pipe(
    v.array(v.looseObject({ id: Id, name: Name, ...Backlog.entries })),
    v.description('publications that are pulled, with what waits in each'),
  ),
  dead_letters: v.optional(
    v.pipe(
      v.looseObject({ deliveries: Count, ordered: Count, polls: Count }),
      v.description('of the whole installation, by queue; only for an administration token'),
    ),
  ),
});
