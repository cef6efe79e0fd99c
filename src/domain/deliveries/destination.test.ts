import { expectTypeOf, test } from 'vitest';
import type { Platform } from '../publications/publication.ts';
import type { Destination, Destinations } from './destination.ts';

// The compiler checks these assertions.

test('the destination of one platform does not stand in for that of another', () => {
  expectTypeOf<Destination<'salesforce'>>().not.toExtend<Destination<'webhook'>>();
  expectTypeOf<Destination<'webhook'>>().not.toExtend<Destination<'salesforce'>>();
  expectTypeOf<Destination<'webhook'>>().not.toExtend<Destination<Platform>>();
});

test('every platform has a destination, and it is its own', () => {
  type Right = { readonly [P in Platform]: Destination<P> };
  expectTypeOf<Right>().toExtend<Destinations>();
  expectTypeOf<
    Omit<Right, 'salesforce'> & { salesforce: Destination<'webhook'> }
  >().not.toExtend<Destinations>();
  expectTypeOf<Omit<Right, 'salesforce'>>().not.toExtend<Destinations>();
});
