// The library tier: what stands on npm packages or on Node's own modules. Never imported by the core tier.

import type { Definition } from './definition.ts';
import { compress } from './encoding/compress.ts';
import { decompress } from './encoding/decompress.ts';
import { jsonPath } from './objects/json-path.ts';
import { jsonSchema } from './objects/json-schema.ts';
import { formatMsgpack } from './parsing/format-msgpack.ts';
import { formatXmlText } from './parsing/format-xml.ts';
import { formatYamlText } from './parsing/format-yaml.ts';
import { parseMsgpack } from './parsing/parse-msgpack.ts';
import { parseXmlText } from './parsing/parse-xml.ts';
import { parseYamlText } from './parsing/parse-yaml.ts';
import { compareArgon2Hash } from './strings/compare-argon2.ts';
import { compareBcryptHash } from './strings/compare-bcrypt.ts';
import { parseJwtEs256 } from './tokens/parse-jwt-es256.ts';
import { parseJwtEs384 } from './tokens/parse-jwt-es384.ts';
import { parseJwtEs512 } from './tokens/parse-jwt-es512.ts';
import { parseJwtHs256 } from './tokens/parse-jwt-hs256.ts';
import { parseJwtHs384 } from './tokens/parse-jwt-hs384.ts';
import { parseJwtHs512 } from './tokens/parse-jwt-hs512.ts';
import { parseJwtRs256 } from './tokens/parse-jwt-rs256.ts';
import { parseJwtRs384 } from './tokens/parse-jwt-rs384.ts';
import { parseJwtRs512 } from './tokens/parse-jwt-rs512.ts';
import { signJwtEs256 } from './tokens/sign-jwt-es256.ts';
import { signJwtEs384 } from './tokens/sign-jwt-es384.ts';
import { signJwtEs512 } from './tokens/sign-jwt-es512.ts';
import { signJwtHs256 } from './tokens/sign-jwt-hs256.ts';
import { signJwtHs384 } from './tokens/sign-jwt-hs384.ts';
import { signJwtHs512 } from './tokens/sign-jwt-hs512.ts';
import { signJwtRs256 } from './tokens/sign-jwt-rs256.ts';
import { signJwtRs384 } from './tokens/sign-jwt-rs384.ts';
import { signJwtRs512 } from './tokens/sign-jwt-rs512.ts';

export const LIBRARY_DEFINITIONS: readonly Definition[] = [
  compareArgon2Hash,
  compareBcryptHash,
  compress,
  decompress,
  formatMsgpack,
  formatXmlText,
  formatYamlText,
  jsonPath,
  jsonSchema,
  parseJwtEs256,
  parseJwtEs384,
  parseJwtEs512,
  parseJwtHs256,
  parseJwtHs384,
  parseJwtHs512,
  parseJwtRs256,
  parseJwtRs384,
  parseJwtRs512,
  parseMsgpack,
  parseXmlText,
  parseYamlText,
  signJwtEs256,
  signJwtEs384,
  signJwtEs512,
  signJwtHs256,
  signJwtHs384,
  signJwtHs512,
  signJwtRs256,
  signJwtRs384,
  signJwtRs512,
];
