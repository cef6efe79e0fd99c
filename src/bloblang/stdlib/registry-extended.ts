// Written by `npm run bloblang:registry`; do not edit.
// biome-ignore-all assist/source/organizeImports: in the order of the files

import { findAllBy } from './arrays/find-all-by.ts';
import { findAll } from './arrays/find-all.ts';
import { findBy } from './arrays/find-by.ts';
import { find } from './arrays/find.ts';
import { zip } from './arrays/zip.ts';
import { toBytes } from './coercion/bytes.ts';
import { aes } from './encoding/aes.ts';
import { uuidV5Method } from './encoding/uuid-v5.ts';
import { zeroBytes } from './functions/bytes.ts';
import { counter } from './functions/counter.ts';
import { errorSource } from './functions/error-source.ts';
import { ksuid } from './functions/ksuid.ts';
import { metaText } from './functions/meta.ts';
import { nanoid } from './functions/nanoid.ts';
import { pi } from './functions/pi.ts';
import { rootMeta } from './functions/root-meta.ts';
import { variableValue } from './functions/var.ts';
import { mapValue } from './general/map.ts';
import { notValue } from './general/not.ts';
import { bitwise } from './numbers/bitwise.ts';
import { float32 } from './numbers/float32.ts';
import { otherIntegerCasts } from './numbers/integer-casts.ts';
import { log } from './numbers/log.ts';
import { log10 } from './numbers/log10.ts';
import { pow } from './numbers/pow.ts';
import { trigonometry } from './numbers/trigonometry.ts';
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
import { parseTimestampStrptime } from './time/parse-timestamp-strptime.ts';
import { parseTimestampText } from './time/parse-timestamp.ts';
import { tsIso8601 } from './time/ts-iso8601.ts';
import { tsRound } from './time/ts-round.ts';
import { tsStrftime } from './time/ts-strftime.ts';
import { tsStrptime } from './time/ts-strptime.ts';
import type { Definition } from './definition.ts';

export const EXTENDED_DEFINITIONS: readonly Definition[] = [
  findAllBy,
  findAll,
  findBy,
  find,
  zip,
  toBytes,
  ...aes,
  uuidV5Method,
  zeroBytes,
  counter,
  ...errorSource,
  ksuid,
  metaText,
  nanoid,
  pi,
  rootMeta,
  variableValue,
  mapValue,
  notValue,
  ...bitwise,
  float32,
  ...otherIntegerCasts,
  log,
  log10,
  pow,
  ...trigonometry,
  collapse,
  explode,
  squash,
  formatJson,
  parseCsvText,
  parseFormUrlEncodedText,
  parseLogfmtText,
  parseUrl,
  reFindAllObject,
  reFindAllSubmatch,
  reFindObject,
  capitalize,
  escapeHtml,
  filepathJoin,
  filepathSplit,
  quoteText,
  replaceAllMany,
  unescapeHtml,
  unquoteText,
  parseDurationIso8601,
  parseTimestampStrptime,
  parseTimestampText,
  ...tsIso8601,
  tsRound,
  tsStrftime,
  tsStrptime,
];
