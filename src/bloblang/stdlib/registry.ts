// Everything that can be called, by explicit imports. `registry.ts` is the core tier and must stay free of Node-only imports;
// the other tiers have their own files: `registry-extended.ts` and `registry-library.ts`.

import { append } from './arrays/append.ts';
import { filter } from './arrays/filter.ts';
import type { Definition } from './definition.ts';
import { catchError } from './general/catch.ts';
import { throwError } from './general/throw.ts';
import { trimPrefix } from './strings/trim-prefix.ts';
import { uppercase } from './strings/uppercase.ts';

export const CORE_DEFINITIONS: readonly Definition[] = [
  append,
  catchError,
  filter,
  throwError,
  trimPrefix,
  uppercase,
];
