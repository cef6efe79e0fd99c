// The extended tier: more of the language, at most with small pure-JavaScript packages.

import type { Definition } from './definition.ts';

export const EXTENDED_DEFINITIONS: readonly Definition[] = [];
