import type { Event } from '../../domain/events/event.ts';

/** Milliseconds since 1970; undefined where the event has no time. A leap second counts as the one before it. */
export function eventTimeMs({ time }: Pick<Event, 'time'>): number | undefined {
  const ms = Date.parse((time ?? '').toUpperCase().replace(/:60(?=[.Z+-])/, ':59'));
  return Number.isNaN(ms) ? undefined : ms;
}
