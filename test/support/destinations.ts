import type { Destination, Destinations } from '../../src/domain/deliveries/destination.ts';
import type { Platform } from '../../src/domain/publications/publication.ts';
import { TARGETS } from '../../src/platforms/targets.ts';

const UNUSED: Destination<Platform> = {
  batchMax: 1,
  send: () => Promise.reject(new Error('expected no event for this platform')),
};

/** Destinations for a test that uses only the given ones. */
export function destinationsWith(used: Partial<Destinations>): Destinations {
  return { ...sameDestination(UNUSED), ...used };
}

/** The same destination for every platform. */
export function sameDestination(destination: Destination<Platform>): Destinations {
  const entries = TARGETS.map(({ name }) => [name, destination] as const);
  // The list covers every platform: otherwise `targets.ts` does not compile.
  return Object.fromEntries(entries) as unknown as Destinations;
}
