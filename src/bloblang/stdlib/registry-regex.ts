// The methods of the core tier that take regular expressions: apart, because RE2 is larger than all the rest.

import type { Definition } from './definition.ts';
import { reFindAll } from './regex/re-find-all.ts';
import { reMatch } from './regex/re-match.ts';
import { reReplaceAll } from './regex/re-replace-all.ts';

export const REGEX_DEFINITIONS: readonly Definition[] = [reFindAll, reMatch, reReplaceAll];
