// A second front door for where bytes count, such as an editor in a browser: the core tier without the methods of regular expressions, whose
// engine is larger than all the rest. A page loads them when it needs them:
//
//   const { REGEX_DEFINITIONS } = await import('./stdlib/registry-regex.ts');
//   compile(source, { definitions: REGEX_DEFINITIONS });

import { frontDoor } from './front-door.ts';
import { CORE_DEFINITIONS_WITHOUT_REGEX } from './stdlib/registry-core.ts';

export const { compile, compileTemplate } = frontDoor(CORE_DEFINITIONS_WITHOUT_REGEX);

export { encodeJson, parseJson } from './json.ts';
export { bodyBytes, bodyText } from './program.ts';
