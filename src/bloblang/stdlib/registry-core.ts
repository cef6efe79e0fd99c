// Written by `npm run bloblang:registry`; do not edit.
// biome-ignore-all assist/source/organizeImports: in the order of the files

import { all } from './arrays/all.ts';
import { anyElement } from './arrays/any.ts';
import { append } from './arrays/append.ts';
import { concat } from './arrays/concat.ts';
import { enumerated } from './arrays/enumerated.ts';
import { filter } from './arrays/filter.ts';
import { flatten } from './arrays/flatten.ts';
import { fold } from './arrays/fold.ts';
import { elementAt } from './arrays/index.ts';
import { join } from './arrays/join.ts';
import { mapEach } from './arrays/map-each.ts';
import { sortBy } from './arrays/sort-by.ts';
import { sort } from './arrays/sort.ts';
import { unique } from './arrays/unique.ts';
import { toArray } from './coercion/array.ts';
import { toBool } from './coercion/bool.ts';
import { notEmpty } from './coercion/not-empty.ts';
import { notNull } from './coercion/not-null.ts';
import { toNumber } from './coercion/number.ts';
import { toText } from './coercion/string.ts';
import { toTimestamp } from './coercion/timestamp.ts';
import { typeName } from './coercion/type.ts';
import { decode } from './encoding/decode.ts';
import { encode } from './encoding/encode.ts';
import { hash } from './encoding/hash.ts';
import { batchIndex } from './functions/batch-index.ts';
import { batchSize } from './functions/batch-size.ts';
import { content } from './functions/content.ts';
import { deleted } from './functions/deleted.ts';
import { errorText } from './functions/error.ts';
import { errored } from './functions/errored.ts';
import { json } from './functions/json.ts';
import { metadata } from './functions/metadata.ts';
import { nothing } from './functions/nothing.ts';
import { now } from './functions/now.ts';
import { randomInt } from './functions/random-int.ts';
import { range } from './functions/range.ts';
import { timestampUnix } from './functions/timestamp-unix.ts';
import { uuidV4Function } from './functions/uuid-v4.ts';
import { uuidV7Function } from './functions/uuid-v7.ts';
import { apply } from './general/apply.ts';
import { catchError } from './general/catch.ts';
import { getPath } from './general/get.ts';
import { orElse } from './general/or.ts';
import { throwError } from './general/throw.ts';
import { abs } from './numbers/abs.ts';
import { ceil } from './numbers/ceil.ts';
import { float64 } from './numbers/float64.ts';
import { floor } from './numbers/floor.ts';
import { int64 } from './numbers/integer-casts.ts';
import { max } from './numbers/max.ts';
import { min } from './numbers/min.ts';
import { round } from './numbers/round.ts';
import { sum } from './numbers/sum.ts';
import { assignFrom } from './objects/assign.ts';
import { exists } from './objects/exists.ts';
import { keyValues } from './objects/key-values.ts';
import { keys } from './objects/keys.ts';
import { mapEachKey } from './objects/map-each-key.ts';
import { merge } from './objects/merge.ts';
import { values } from './objects/values.ts';
import { withPaths } from './objects/with.ts';
import { without } from './objects/without.ts';
import { parseJsonText } from './parsing/parse-json.ts';
import { reFindAll } from './regex/re-find-all.ts';
import { reMatch } from './regex/re-match.ts';
import { reReplaceAll } from './regex/re-replace-all.ts';
import { contains } from './strings/contains.ts';
import { escapeUrlPath } from './strings/escape-url-path.ts';
import { escapeUrlQuery } from './strings/escape-url-query.ts';
import { format } from './strings/format.ts';
import { hasPrefix } from './strings/has-prefix.ts';
import { hasSuffix } from './strings/has-suffix.ts';
import { indexOf } from './strings/index-of.ts';
import { length } from './strings/length.ts';
import { lowercase } from './strings/lowercase.ts';
import { repeat } from './strings/repeat.ts';
import { replaceAll } from './strings/replace-all.ts';
import { reverse } from './strings/reverse.ts';
import { slice } from './strings/slice.ts';
import { split } from './strings/split.ts';
import { trimPrefix } from './strings/trim-prefix.ts';
import { trimSuffix } from './strings/trim-suffix.ts';
import { trim } from './strings/trim.ts';
import { unescapeUrlPath } from './strings/unescape-url-path.ts';
import { unescapeUrlQuery } from './strings/unescape-url-query.ts';
import { uppercase } from './strings/uppercase.ts';
import { parseDuration } from './time/parse-duration.ts';
import { tsFormat } from './time/ts-format.ts';
import { tsParse } from './time/ts-parse.ts';
import { tsSub } from './time/ts-sub.ts';
import { tsTz } from './time/ts-tz.ts';
import { tsUnix } from './time/ts-unix.ts';
import type { Definition } from './definition.ts';

export const CORE_DEFINITIONS: readonly Definition[] = [
  all,
  anyElement,
  append,
  concat,
  enumerated,
  filter,
  flatten,
  fold,
  elementAt,
  join,
  mapEach,
  sortBy,
  sort,
  unique,
  toArray,
  toBool,
  notEmpty,
  notNull,
  toNumber,
  toText,
  toTimestamp,
  typeName,
  decode,
  encode,
  hash,
  batchIndex,
  batchSize,
  content,
  deleted,
  errorText,
  errored,
  json,
  metadata,
  nothing,
  now,
  randomInt,
  range,
  ...timestampUnix,
  uuidV4Function,
  uuidV7Function,
  apply,
  catchError,
  getPath,
  orElse,
  throwError,
  abs,
  ceil,
  float64,
  floor,
  int64,
  max,
  min,
  round,
  sum,
  assignFrom,
  exists,
  keyValues,
  keys,
  mapEachKey,
  merge,
  values,
  withPaths,
  without,
  parseJsonText,
  reFindAll,
  reMatch,
  reReplaceAll,
  contains,
  escapeUrlPath,
  escapeUrlQuery,
  format,
  hasPrefix,
  hasSuffix,
  indexOf,
  length,
  lowercase,
  repeat,
  replaceAll,
  reverse,
  slice,
  split,
  trimPrefix,
  trimSuffix,
  trim,
  unescapeUrlPath,
  unescapeUrlQuery,
  uppercase,
  parseDuration,
  tsFormat,
  tsParse,
  tsSub,
  tsTz,
  ...tsUnix,
];
