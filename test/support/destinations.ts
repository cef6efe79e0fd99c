import type { Destination, Destinations } from '../../src/domain/deliveries/destination.ts';
import type { Platform } from '../../src/domain/publications/publication.ts';
import { TARGETS } from '../../src/platforms/targets.ts';

const UNUSED: Destination<Platform> = {
  batchMax: 1,
  send: () => Promise.reject(new Error('expected no event for this platform')),
};

/** Destinations of which a test uses those that are given. */
export function destinationsWith(used: Partial<Destinations>): Destinations {
  return { ...sameDestination(UNUSED), ...used };
}

/** The same destination for every platform. */
export function sameDestination(destination: Destination<Platform>): Destinations {
  const entries = TARGETS.map(({ name }) => [name, destination] as const);
  // Every platform is in the list: `targets.ts` does not compile otherwise.
  return Object.fromEntries(entries) as unknown as Destinations;
}
