// The core tier. The other tiers have their own files: `registry-extended.ts` and `registry-library.ts`.

import type { Definition } from './definition.ts';
import { CORE_DEFINITIONS_WITHOUT_REGEX } from './registry-core.ts';
import { REGEX_DEFINITIONS } from './registry-regex.ts';

export const CORE_DEFINITIONS: readonly Definition[] = [
  ...CORE_DEFINITIONS_WITHOUT_REGEX,
  ...REGEX_DEFINITIONS,
];
