// The extended tier: more of the language, at most with small pure-JavaScript packages.

import { find } from './arrays/find.ts';
import { findAll } from './arrays/find-all.ts';
import { findAllBy } from './arrays/find-all-by.ts';
import { findBy } from './arrays/find-by.ts';
import { zip } from './arrays/zip.ts';
import { toBytes } from './coercion/bytes.ts';
import type { Definition } from './definition.ts';
import { mapValue } from './general/map.ts';
import { notValue } from './general/not.ts';
import { bitwiseAnd } from './numbers/bitwise-and.ts';
import { bitwiseOr } from './numbers/bitwise-or.ts';
import { bitwiseXor } from './numbers/bitwise-xor.ts';
import { cos } from './numbers/cos.ts';
import { float32 } from './numbers/float32.ts';
import { int8 } from './numbers/int8.ts';
import { int16 } from './numbers/int16.ts';
import { int32 } from './numbers/int32.ts';
import { log } from './numbers/log.ts';
import { log10 } from './numbers/log10.ts';
import { pow } from './numbers/pow.ts';
import { sin } from './numbers/sin.ts';
import { tan } from './numbers/tan.ts';
import { uint8 } from './numbers/uint8.ts';
import { uint16 } from './numbers/uint16.ts';
import { uint32 } from './numbers/uint32.ts';
import { uint64 } from './numbers/uint64.ts';
import { collapse } from './objects/collapse.ts';
import { explode } from './objects/explode.ts';
import { squash } from './objects/squash.ts';
import { capitalize } from './strings/capitalize.ts';
import { escapeHtml } from './strings/escape-html.ts';
import { filepathJoin } from './strings/filepath-join.ts';
import { filepathSplit } from './strings/filepath-split.ts';
import { quoteText } from './strings/quote.ts';
import { replaceAllMany } from './strings/replace-all-many.ts';
import { unescapeHtml } from './strings/unescape-html.ts';
import { unquoteText } from './strings/unquote.ts';

export const EXTENDED_DEFINITIONS: readonly Definition[] = [
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  capitalize,
  collapse,
  cos,
  escapeHtml,
  explode,
  filepathJoin,
  filepathSplit,
  find,
  findAll,
  findAllBy,
  findBy,
  float32,
  int16,
  int32,
  int8,
  log,
  log10,
  mapValue,
  notValue,
  pow,
  quoteText,
  replaceAllMany,
  sin,
  squash,
  tan,
  toBytes,
  uint16,
  uint32,
  uint64,
  uint8,
  unescapeHtml,
  unquoteText,
  zip,
];
