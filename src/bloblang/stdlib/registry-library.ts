// The library tier: what stands on npm packages or on Node's own modules. Never imported by the core tier.

import type { Definition } from './definition.ts';

export const LIBRARY_DEFINITIONS: readonly Definition[] = [];
