import type { Event } from '../../domain/events/event.ts';
import type { PartitionBy } from './aws-target.ts';

/** The first of these attributes that the event has, or else its id, which every event has. */
export function partitionValue(event: Event, attributes: readonly PartitionBy[]): string {
  for (const name of attributes) {
    const value = event[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
      return String(value);
  }
  return event.id;
}
