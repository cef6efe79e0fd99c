// Every function and method with what the reference page says of it, by explicit imports like the registries. Only the page's generator and the
// tests import this file: what is written here is in no bundle.

import { documentation as all } from './arrays/all.ts';
import { documentation as anyElement } from './arrays/any.ts';
import { documentation as append } from './arrays/append.ts';
import { documentation as concat } from './arrays/concat.ts';
import { documentation as enumerated } from './arrays/enumerated.ts';
import { documentation as filter } from './arrays/filter.ts';
import { documentation as find } from './arrays/find.ts';
import { documentation as findAll } from './arrays/find-all.ts';
import { documentation as findAllBy } from './arrays/find-all-by.ts';
import { documentation as findBy } from './arrays/find-by.ts';
import { documentation as flatten } from './arrays/flatten.ts';
import { documentation as fold } from './arrays/fold.ts';
import { documentation as elementAt } from './arrays/index.ts';
import { documentation as join } from './arrays/join.ts';
import { documentation as mapEach } from './arrays/map-each.ts';
import { documentation as sort } from './arrays/sort.ts';
import { documentation as sortBy } from './arrays/sort-by.ts';
import { documentation as unique } from './arrays/unique.ts';
import { documentation as zip } from './arrays/zip.ts';
import { documentation as toArray } from './coercion/array.ts';
import { documentation as toBool } from './coercion/bool.ts';
import { documentation as toBytes } from './coercion/bytes.ts';
import { documentation as notEmpty } from './coercion/not-empty.ts';
import { documentation as notNull } from './coercion/not-null.ts';
import { documentation as toNumber } from './coercion/number.ts';
import { documentation as toText } from './coercion/string.ts';
import { documentation as toTimestamp } from './coercion/timestamp.ts';
import { documentation as typeName } from './coercion/type.ts';
import type { Documentation } from './definition.ts';
import { documentation as compress } from './encoding/compress.ts';
import { documentation as decode } from './encoding/decode.ts';
import { documentation as decompress } from './encoding/decompress.ts';
import { documentation as decryptAes } from './encoding/decrypt-aes.ts';
import { documentation as encode } from './encoding/encode.ts';
import { documentation as encryptAes } from './encoding/encrypt-aes.ts';
import { documentation as hash } from './encoding/hash.ts';
import { documentation as uuidV5Method } from './encoding/uuid-v5.ts';
import { documentation as batchIndex } from './functions/batch-index.ts';
import { documentation as batchSize } from './functions/batch-size.ts';
import { documentation as zeroBytes } from './functions/bytes.ts';
import { documentation as content } from './functions/content.ts';
import { documentation as counter } from './functions/counter.ts';
import { documentation as deleted } from './functions/deleted.ts';
import { documentation as errorText } from './functions/error.ts';
import { documentation as errorSourceLabel } from './functions/error-source-label.ts';
import { documentation as errorSourceName } from './functions/error-source-name.ts';
import { documentation as errorSourcePath } from './functions/error-source-path.ts';
import { documentation as errored } from './functions/errored.ts';
import { documentation as json } from './functions/json.ts';
import { documentation as ksuid } from './functions/ksuid.ts';
import { documentation as metaText } from './functions/meta.ts';
import { documentation as metadata } from './functions/metadata.ts';
import { documentation as nanoid } from './functions/nanoid.ts';
import { documentation as nothing } from './functions/nothing.ts';
import { documentation as now } from './functions/now.ts';
import { documentation as pi } from './functions/pi.ts';
import { documentation as randomInt } from './functions/random-int.ts';
import { documentation as range } from './functions/range.ts';
import { documentation as rootMeta } from './functions/root-meta.ts';
import { documentation as timestampUnix } from './functions/timestamp-unix.ts';
import { documentation as timestampUnixMicro } from './functions/timestamp-unix-micro.ts';
import { documentation as timestampUnixMilli } from './functions/timestamp-unix-milli.ts';
import { documentation as timestampUnixNano } from './functions/timestamp-unix-nano.ts';
import { documentation as uuidV4Function } from './functions/uuid-v4.ts';
import { documentation as uuidV7Function } from './functions/uuid-v7.ts';
import { documentation as variableValue } from './functions/var.ts';
import { documentation as apply } from './general/apply.ts';
import { documentation as catchError } from './general/catch.ts';
import { documentation as getPath } from './general/get.ts';
import { documentation as mapValue } from './general/map.ts';
import { documentation as notValue } from './general/not.ts';
import { documentation as orElse } from './general/or.ts';
import { documentation as throwError } from './general/throw.ts';
import { documentation as abs } from './numbers/abs.ts';
import { documentation as bitwiseAnd } from './numbers/bitwise-and.ts';
import { documentation as bitwiseOr } from './numbers/bitwise-or.ts';
import { documentation as bitwiseXor } from './numbers/bitwise-xor.ts';
import { documentation as ceil } from './numbers/ceil.ts';
import { documentation as cos } from './numbers/cos.ts';
import { documentation as float32 } from './numbers/float32.ts';
import { documentation as float64 } from './numbers/float64.ts';
import { documentation as floor } from './numbers/floor.ts';
import { documentation as int8 } from './numbers/int8.ts';
import { documentation as int16 } from './numbers/int16.ts';
import { documentation as int32 } from './numbers/int32.ts';
import { documentation as int64 } from './numbers/int64.ts';
import { documentation as log } from './numbers/log.ts';
import { documentation as log10 } from './numbers/log10.ts';
import { documentation as max } from './numbers/max.ts';
import { documentation as min } from './numbers/min.ts';
import { documentation as pow } from './numbers/pow.ts';
import { documentation as round } from './numbers/round.ts';
import { documentation as sin } from './numbers/sin.ts';
import { documentation as sum } from './numbers/sum.ts';
import { documentation as tan } from './numbers/tan.ts';
import { documentation as uint8 } from './numbers/uint8.ts';
import { documentation as uint16 } from './numbers/uint16.ts';
import { documentation as uint32 } from './numbers/uint32.ts';
import { documentation as uint64 } from './numbers/uint64.ts';
import { documentation as assignFrom } from './objects/assign.ts';
import { documentation as collapse } from './objects/collapse.ts';
import { documentation as exists } from './objects/exists.ts';
import { documentation as explode } from './objects/explode.ts';
import { documentation as jsonPath } from './objects/json-path.ts';
import { documentation as jsonSchema } from './objects/json-schema.ts';
import { documentation as keyValues } from './objects/key-values.ts';
import { documentation as keys } from './objects/keys.ts';
import { documentation as mapEachKey } from './objects/map-each-key.ts';
import { documentation as merge } from './objects/merge.ts';
import { documentation as squash } from './objects/squash.ts';
import { documentation as values } from './objects/values.ts';
import { documentation as withPaths } from './objects/with.ts';
import { documentation as without } from './objects/without.ts';
import { documentation as formatJson } from './parsing/format-json.ts';
import { documentation as formatMsgpack } from './parsing/format-msgpack.ts';
import { documentation as formatXmlText } from './parsing/format-xml.ts';
import { documentation as formatYamlText } from './parsing/format-yaml.ts';
import { documentation as parseCsvText } from './parsing/parse-csv.ts';
import { documentation as parseFormUrlEncodedText } from './parsing/parse-form-url-encoded.ts';
import { documentation as parseJsonText } from './parsing/parse-json.ts';
import { documentation as parseLogfmtText } from './parsing/parse-logfmt.ts';
import { documentation as parseMsgpack } from './parsing/parse-msgpack.ts';
import { documentation as parseUrl } from './parsing/parse-url.ts';
import { documentation as parseXmlText } from './parsing/parse-xml.ts';
import { documentation as parseYamlText } from './parsing/parse-yaml.ts';
import { documentation as reFindAll } from './regex/re-find-all.ts';
import { documentation as reFindAllObject } from './regex/re-find-all-object.ts';
import { documentation as reFindAllSubmatch } from './regex/re-find-all-submatch.ts';
import { documentation as reFindObject } from './regex/re-find-object.ts';
import { documentation as reMatch } from './regex/re-match.ts';
import { documentation as reReplaceAll } from './regex/re-replace-all.ts';
import { documentation as capitalize } from './strings/capitalize.ts';
import { documentation as compareArgon2Hash } from './strings/compare-argon2.ts';
import { documentation as compareBcryptHash } from './strings/compare-bcrypt.ts';
import { documentation as contains } from './strings/contains.ts';
import { documentation as escapeHtml } from './strings/escape-html.ts';
import { documentation as escapeUrlPath } from './strings/escape-url-path.ts';
import { documentation as escapeUrlQuery } from './strings/escape-url-query.ts';
import { documentation as filepathJoin } from './strings/filepath-join.ts';
import { documentation as filepathSplit } from './strings/filepath-split.ts';
import { documentation as format } from './strings/format.ts';
import { documentation as hasPrefix } from './strings/has-prefix.ts';
import { documentation as hasSuffix } from './strings/has-suffix.ts';
import { documentation as indexOf } from './strings/index-of.ts';
import { documentation as length } from './strings/length.ts';
import { documentation as lowercase } from './strings/lowercase.ts';
import { documentation as quoteText } from './strings/quote.ts';
import { documentation as repeat } from './strings/repeat.ts';
import { documentation as replaceAll } from './strings/replace-all.ts';
import { documentation as replaceAllMany } from './strings/replace-all-many.ts';
import { documentation as reverse } from './strings/reverse.ts';
import { documentation as slice } from './strings/slice.ts';
import { documentation as split } from './strings/split.ts';
import { documentation as trim } from './strings/trim.ts';
import { documentation as trimPrefix } from './strings/trim-prefix.ts';
import { documentation as trimSuffix } from './strings/trim-suffix.ts';
import { documentation as unescapeHtml } from './strings/unescape-html.ts';
import { documentation as unescapeUrlPath } from './strings/unescape-url-path.ts';
import { documentation as unescapeUrlQuery } from './strings/unescape-url-query.ts';
import { documentation as unquoteText } from './strings/unquote.ts';
import { documentation as uppercase } from './strings/uppercase.ts';
import { documentation as parseDuration } from './time/parse-duration.ts';
import { documentation as parseDurationIso8601 } from './time/parse-duration-iso8601.ts';
import { documentation as parseTimestampText } from './time/parse-timestamp.ts';
import { documentation as parseTimestampStrptime } from './time/parse-timestamp-strptime.ts';
import { documentation as tsAddIso8601 } from './time/ts-add-iso8601.ts';
import { documentation as tsFormat } from './time/ts-format.ts';
import { documentation as tsParse } from './time/ts-parse.ts';
import { documentation as tsRound } from './time/ts-round.ts';
import { documentation as tsStrftime } from './time/ts-strftime.ts';
import { documentation as tsStrptime } from './time/ts-strptime.ts';
import { documentation as tsSub } from './time/ts-sub.ts';
import { documentation as tsSubIso8601 } from './time/ts-sub-iso8601.ts';
import { documentation as tsTz } from './time/ts-tz.ts';
import { documentation as tsUnix } from './time/ts-unix.ts';
import { documentation as tsUnixMicro } from './time/ts-unix-micro.ts';
import { documentation as tsUnixMilli } from './time/ts-unix-milli.ts';
import { documentation as tsUnixNano } from './time/ts-unix-nano.ts';
import { documentation as parseJwtEs256 } from './tokens/parse-jwt-es256.ts';
import { documentation as parseJwtEs384 } from './tokens/parse-jwt-es384.ts';
import { documentation as parseJwtEs512 } from './tokens/parse-jwt-es512.ts';
import { documentation as parseJwtHs256 } from './tokens/parse-jwt-hs256.ts';
import { documentation as parseJwtHs384 } from './tokens/parse-jwt-hs384.ts';
import { documentation as parseJwtHs512 } from './tokens/parse-jwt-hs512.ts';
import { documentation as parseJwtRs256 } from './tokens/parse-jwt-rs256.ts';
import { documentation as parseJwtRs384 } from './tokens/parse-jwt-rs384.ts';
import { documentation as parseJwtRs512 } from './tokens/parse-jwt-rs512.ts';
import { documentation as signJwtEs256 } from './tokens/sign-jwt-es256.ts';
import { documentation as signJwtEs384 } from './tokens/sign-jwt-es384.ts';
import { documentation as signJwtEs512 } from './tokens/sign-jwt-es512.ts';
import { documentation as signJwtHs256 } from './tokens/sign-jwt-hs256.ts';
import { documentation as signJwtHs384 } from './tokens/sign-jwt-hs384.ts';
import { documentation as signJwtHs512 } from './tokens/sign-jwt-hs512.ts';
import { documentation as signJwtRs256 } from './tokens/sign-jwt-rs256.ts';
import { documentation as signJwtRs384 } from './tokens/sign-jwt-rs384.ts';
import { documentation as signJwtRs512 } from './tokens/sign-jwt-rs512.ts';

export const DOCUMENTATION: readonly Documentation[] = [
  all,
  anyElement,
  append,
  concat,
  enumerated,
  filter,
  findAllBy,
  findAll,
  findBy,
  find,
  flatten,
  fold,
  elementAt,
  join,
  mapEach,
  sortBy,
  sort,
  unique,
  zip,
  toArray,
  toBool,
  toBytes,
  notEmpty,
  notNull,
  toNumber,
  toText,
  toTimestamp,
  typeName,
  compress,
  decode,
  decompress,
  decryptAes,
  encode,
  encryptAes,
  hash,
  uuidV5Method,
  batchIndex,
  batchSize,
  zeroBytes,
  content,
  counter,
  deleted,
  errorSourceLabel,
  errorSourceName,
  errorSourcePath,
  errorText,
  errored,
  json,
  ksuid,
  metaText,
  metadata,
  nanoid,
  nothing,
  now,
  pi,
  randomInt,
  range,
  rootMeta,
  timestampUnixMicro,
  timestampUnixMilli,
  timestampUnixNano,
  timestampUnix,
  uuidV4Function,
  uuidV7Function,
  variableValue,
  apply,
  catchError,
  getPath,
  mapValue,
  notValue,
  orElse,
  throwError,
  abs,
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  ceil,
  cos,
  float32,
  float64,
  floor,
  int16,
  int32,
  int64,
  int8,
  log,
  log10,
  max,
  min,
  pow,
  round,
  sin,
  sum,
  tan,
  uint16,
  uint32,
  uint64,
  uint8,
  assignFrom,
  collapse,
  exists,
  explode,
  jsonPath,
  jsonSchema,
  keyValues,
  keys,
  mapEachKey,
  merge,
  squash,
  values,
  withPaths,
  without,
  formatJson,
  formatMsgpack,
  formatXmlText,
  formatYamlText,
  parseCsvText,
  parseFormUrlEncodedText,
  parseJsonText,
  parseLogfmtText,
  parseMsgpack,
  parseUrl,
  parseXmlText,
  parseYamlText,
  reFindAllObject,
  reFindAllSubmatch,
  reFindAll,
  reFindObject,
  reMatch,
  reReplaceAll,
  capitalize,
  compareArgon2Hash,
  compareBcryptHash,
  contains,
  escapeHtml,
  escapeUrlPath,
  escapeUrlQuery,
  filepathJoin,
  filepathSplit,
  format,
  hasPrefix,
  hasSuffix,
  indexOf,
  length,
  lowercase,
  quoteText,
  repeat,
  replaceAllMany,
  replaceAll,
  reverse,
  slice,
  split,
  trimPrefix,
  trimSuffix,
  trim,
  unescapeHtml,
  unescapeUrlPath,
  unescapeUrlQuery,
  unquoteText,
  uppercase,
  parseDurationIso8601,
  parseDuration,
  parseTimestampStrptime,
  parseTimestampText,
  tsAddIso8601,
  tsFormat,
  tsParse,
  tsRound,
  tsStrftime,
  tsStrptime,
  tsSubIso8601,
  tsSub,
  tsTz,
  tsUnixMicro,
  tsUnixMilli,
  tsUnixNano,
  tsUnix,
  parseJwtEs256,
  parseJwtEs384,
  parseJwtEs512,
  parseJwtHs256,
  parseJwtHs384,
  parseJwtHs512,
  parseJwtRs256,
  parseJwtRs384,
  parseJwtRs512,
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
