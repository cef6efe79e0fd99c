// The extended tier: more of the language, at most with small pure-JavaScript packages.

import { find } from './arrays/find.ts';
import { findAll } from './arrays/find-all.ts';
import { findAllBy } from './arrays/find-all-by.ts';
import { findBy } from './arrays/find-by.ts';
import { zip } from './arrays/zip.ts';
import { toBytes } from './coercion/bytes.ts';
import type { Definition } from './definition.ts';
import { decryptAes } from './encoding/decrypt-aes.ts';
import { encryptAes } from './encoding/encrypt-aes.ts';
import { uuidV5Method } from './encoding/uuid-v5.ts';
import { zeroBytes } from './functions/bytes.ts';
import { counter } from './functions/counter.ts';
import { errorSourceLabel } from './functions/error-source-label.ts';
import { errorSourceName } from './functions/error-source-name.ts';
import { errorSourcePath } from './functions/error-source-path.ts';
import { ksuid } from './functions/ksuid.ts';
import { metaText } from './functions/meta.ts';
import { nanoid } from './functions/nanoid.ts';
import { pi } from './functions/pi.ts';
import { rootMeta } from './functions/root-meta.ts';
import { variableValue } from './functions/var.ts';
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
import { formatJson } from './parsing/format-json.ts';
import { parseCsvText } from './parsing/parse-csv.ts';
import { parseFormUrlEncodedText } from './parsing/parse-form-url-encoded.ts';
import { parseLogfmtText } from './parsing/parse-logfmt.ts';
import { parseUrl } from './parsing/parse-url.ts';
import { reFindAllObject } from './regex/re-find-all-object.ts';
import { reFindAllSubmatch } from './regex/re-find-all-submatch.ts';
import { reFindObject } from './regex/re-find-object.ts';
import { capitalize } from './strings/capitalize.ts';
import { escapeHtml } from './strings/escape-html.ts';
import { filepathJoin } from './strings/filepath-join.ts';
import { filepathSplit } from './strings/filepath-split.ts';
import { quoteText } from './strings/quote.ts';
import { replaceAllMany } from './strings/replace-all-many.ts';
import { unescapeHtml } from './strings/unescape-html.ts';
import { unquoteText } from './strings/unquote.ts';
import { parseDurationIso8601 } from './time/parse-duration-iso8601.ts';
import { parseTimestampText } from './time/parse-timestamp.ts';
import { parseTimestampStrptime } from './time/parse-timestamp-strptime.ts';
import { tsAddIso8601 } from './time/ts-add-iso8601.ts';
import { tsRound } from './time/ts-round.ts';
import { tsStrftime } from './time/ts-strftime.ts';
import { tsStrptime } from './time/ts-strptime.ts';
import { tsSubIso8601 } from './time/ts-sub-iso8601.ts';

export const EXTENDED_DEFINITIONS: readonly Definition[] = [
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  capitalize,
  collapse,
  cos,
  counter,
  decryptAes,
  encryptAes,
  errorSourceLabel,
  errorSourceName,
  errorSourcePath,
  escapeHtml,
  explode,
  filepathJoin,
  filepathSplit,
  find,
  findAll,
  findAllBy,
  findBy,
  float32,
  formatJson,
  int16,
  int32,
  int8,
  ksuid,
  log,
  log10,
  mapValue,
  metaText,
  nanoid,
  notValue,
  parseCsvText,
  parseDurationIso8601,
  parseFormUrlEncodedText,
  parseLogfmtText,
  parseTimestampStrptime,
  parseTimestampText,
  parseUrl,
  pi,
  pow,
  quoteText,
  reFindAllObject,
  reFindAllSubmatch,
  reFindObject,
  replaceAllMany,
  rootMeta,
  sin,
  squash,
  tan,
  toBytes,
  tsAddIso8601,
  tsRound,
  tsStrftime,
  tsStrptime,
  tsSubIso8601,
  uint16,
  uint32,
  uint64,
  uint8,
  unescapeHtml,
  unquoteText,
  uuidV5Method,
  variableValue,
  zeroBytes,
  zip,
];
