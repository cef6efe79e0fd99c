// Written by `npm run bloblang:registry`; do not edit.
// biome-ignore-all assist/source/organizeImports: in the order of the files

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
import { parseJwt, signJwt } from './tokens/json-web-tokens.ts';
import type { Definition } from './definition.ts';

export const LIBRARY_DEFINITIONS: readonly Definition[] = [
  compress,
  decompress,
  jsonPath,
  jsonSchema,
  formatMsgpack,
  formatXmlText,
  formatYamlText,
  parseMsgpack,
  parseXmlText,
  parseYamlText,
  compareArgon2Hash,
  compareBcryptHash,
  ...parseJwt,
  ...signJwt,
];
