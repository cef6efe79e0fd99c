// Values that are hard on built-ins: long, repetitive, random, wide or deep, and the formats that built-ins parse. Each
// has a size, roughly in characters.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Value } from '../../src/bloblang/index.ts';
import { Float64, Timestamp } from '../../src/bloblang/values.ts';

type Material = (size: number) => Value;

const filled = (piece: string, size: number): string => piece.repeat(Math.ceil(size / piece.length));
const list = (size: number, make: (index: number) => Value): Value =>
  Array.from({ length: Math.max(1, size) }, (_, index) => make(index));
const record = (size: number, key: (index: number) => string, make: (index: number) => Value): Value =>
  Object.fromEntries(Array.from({ length: Math.max(1, size) }, (_, index) => [key(index), make(index)]));
const nested = (depth: number, wrap: (inner: Value) => Value): Value => {
  let value: Value = 1;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
};
const deepest = (size: number): number => Math.min(900, Math.ceil(size));

/** A generator of the same pseudo-random numbers on every machine. */
function random(): (below: number) => number {
  let seed = 12_345;
  return (below) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (seed >> 8) % below;
  };
}

function noise(size: number, from: number, count: number): string {
  const next = random();
  const pieces: string[] = [];
  for (let i = 0; i < size; i++) pieces.push(String.fromCharCode(from + next(count)));
  return pieces.join('');
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
/** A MessagePack array that repeats one value. */
function packedArray(size: number, element: number): Uint8Array {
  const packed = new Uint8Array(size + 5).fill(element);
  packed.set([0xdd, size >> 24, size >> 16, size >> 8, size]);
  return packed;
}
const fresh = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

export const TEXTS: Readonly<Record<string, Material>> = {
  letters: (size) => filled('a', size),
  words: (size) => filled('a b ', size),
  sharp: (size) => filled('ß', size),
  sigmas: (size) => filled('Σ', size),
  faces: (size) => filled('😀', size / 2),
  halves: (size) => filled('\ud800', size),
  controls: (size) => filled('\u0001', size),
  spaces: (size) => filled(' ', size),
  wideSpaces: (size) => filled('\u2003', size),
  marks: (size) => filled('<&"\'>', size),
  entities: (size) => filled('&lt;', size),
  ampersands: (size) => filled('&', size),
  percents: (size) => filled('%25', size),
  letterPercents: (size) => filled('%C3%9F', size),
  verbs: (size) => filled('%v', size),
  padded: (size) => filled('%99d', size),
  pairs: (size) => filled('a=b&', size),
  keyedPairs: (size) => Array.from({ length: size / 8 }, (_, i) => `${i}=1`).join('&'),
  logfmt: (size) => Array.from({ length: size / 8 }, (_, i) => `k${i}=1`).join(' '),
  lines: (size) => filled('a,b\n', size),
  columns: (size) =>
    `${Array.from({ length: size / 16 }, (_, i) => `c${i}`).join()}\n${filled('1,', size / 2)}`,
  quotedFields: (size) => filled('"""",', size),
  emptyLines: (size) => filled('\n', size),
  commas: (size) => filled(',', size),
  numbers: (size) => `[${filled('1,', size)}1]`,
  fractions: (size) => `[${filled('0.123456789012345678,', size)}1]`,
  exponents: (size) => `[${filled('1e300,', size)}1]`,
  largeIntegers: (size) => `[${filled('12345678901234567890,', size)}1]`,
  oneNumber: (size) => filled('9', size),
  oneFraction: (size) => `0.${filled('9', size)}`,
  digitsAndLetter: (size) => `${filled('9', size)}x`,
  hexFloat: (size) => `0x${filled('f', size)}.${filled('0', size)}p0`,
  objects: (size) => `[${filled('{},', size)}{}]`,
  records: (size) => `[${filled('{"id":1,"name":"a"},', size)}{}]`,
  shapes: (size) => `[${Array.from({ length: size / 12 }, (_, i) => `{"k${i}":0}`).join(',')}]`,
  keys: (size) => `{${Array.from({ length: size / 8 }, (_, i) => `"${i}":0`).join(',')}}`,
  longKeys: (size) =>
    `{${Array.from({ length: size / 300 }, (_, i) => `"${filled('k', 290)}${i}":0`).join(',')}}`,
  sameKeys: (size) => `{${filled('"a":0,', size)}"a":0}`,
  brackets: (size) => filled('[', size),
  nestedJson: (size) => `${'['.repeat(deepest(size / 2))}${']'.repeat(deepest(size / 2))}`,
  oneString: (size) => `"${filled('a', size)}"`,
  quotes: (size) => `"${filled('\\"', size)}"`,
  escapes: (size) => `"${filled('\\u00df', size)}"`,
  items: (size) => filled('- a\n', size),
  nestedItems: (size) =>
    Array.from({ length: deepest(Math.sqrt(size)) }, (_, i) => `${' '.repeat(i)}- a:`).join('\n'),
  mapping: (size) => Array.from({ length: size / 8 }, (_, i) => `k${i}: 1`).join('\n'),
  flow: (size) => `[${filled('a,', size)}a]`,
  flowMapping: (size) => `{${Array.from({ length: size / 8 }, (_, i) => `k${i}: 1`).join(',')}}`,
  anchors: (size) => `a: &a [1]\nb: [${filled('*a,', Math.min(size, 300))}]`,
  block: (size) => `a: |\n${filled(' a\n', size)}`,
  comments: (size) => filled('# a\n', size),
  documents: (size) => filled('---\na\n', size),
  colons: (size) => filled('a:', size),
  dashes: (size) => `${filled('- ', Math.min(size, 1_800))}a`,
  questions: (size) => `${filled('? ', Math.min(size, 1_800))}a`,
  yamlTags: (size) => `${filled('!a ', size)}b`,
  yamlAnchors: (size) => `${filled('&a ', size)}b`,
  yamlEnds: (size) => filled('...\n', size),
  yamlSet: (size) => `!!set {${Array.from({ length: size / 8 }, (_, i) => `k${i}`).join()}}`,
  yamlMerges: (size) => filled('<<: {a: 1}\n', size),
  closed: (size) => filled('}', size),
  tags: (size) => `<r>${filled('<a/>', size)}</r>`,
  openTags: (size) => filled('<a>', size),
  nestedTags: (size) => `${filled('<a>', deepest(size / 7) * 3)}${filled('</a>', deepest(size / 7) * 4)}`,
  attributes: (size) => `<r ${Array.from({ length: size / 10 }, (_, i) => `a${i}="1"`).join(' ')}/>`,
  xmlText: (size) => `<r>${filled('&lt;', size)}</r>`,
  cdata: (size) => `<r>${filled('<![CDATA[a]]>', size)}</r>`,
  xmlComments: (size) => `<r>${filled('<!-- -->', size)}</r>`,
  slashes: (size) => filled('a/', size),
  parents: (size) => filled('../', size),
  dots: (size) => filled('.a', size),
  url: (size) => `http://a/${filled('b/', size)}?${filled('a=b&', size)}`,
  host: (size) => `http://${filled('a.', size)}/`,
  durations: (size) => filled('1h', size),
  fineDuration: (size) => `0.${filled('1', size)}h`,
  fineIsoDuration: (size) => `P0.${filled('0', size)}1Y`,
  tokenDots: (size) => filled('.', size),
  isoDuration: (size) => `P${filled('1Y', size)}`,
  timestamp: () => '2020-08-14T05:54:23.123456789+01:00',
  longTimestamp: (size) => `2020-08-14T05:54:23.${filled('1', size)}Z`,
  base64: (size) => filled('YWFh', size),
  base64Lines: (size) => filled('YW\nFh', size),
  zeroGroups: (size) => filled('z', size),
  noise: (size) => noise(size, 32, 94),
  wideNoise: (size) => noise(size, 0x400, 0x4000),
  token: (size) =>
    `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${filled('YWFh', size)}.YWFh`,
  bcrypt: () => '$2a$11$Dtnt5NNzVtMCOZONT705tOcS8It6krJX8bEjnDJnwxiFKsz1C.3Ay',
  argon2: () => '$argon2id$v=19$m=16384,t=4,p=1$c2FsdHNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng',
  argon2Lanes: () => '$argon2id$v=19$m=8192,t=8,p=64$c2FsdHNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng',
  argon2Digest: (size) => `$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$${filled('MTIz', size)}`,
};

const BYTES: Readonly<Record<string, Material>> = {
  bytes: (size) => bytesOf(filled('a', size)),
  zeros: (size) => new Uint8Array(size),
  highBytes: (size) => new Uint8Array(size).fill(0xe9),
  noiseBytes: (size) => {
    const next = random();
    return new Uint8Array(size).map(() => next(256));
  },
  gzipBomb: (size) => fresh(gzipSync(new Uint8Array(size))),
  zlibBomb: (size) => fresh(deflateSync(new Uint8Array(size))),
  flateBomb: (size) => fresh(deflateRawSync(new Uint8Array(size))),
  zstdBomb: (size) => fresh(zstdCompressSync(new Uint8Array(size))),
  gzipEmpty: (size) => fresh(Buffer.concat(Array.from({ length: size / 20 }, () => gzipSync('')))),
  packed: (size) => new Uint8Array(size).fill(0x91),
  packedFlat: (size) => packedArray(size, 1),
  packedArrays: (size) => packedArray(size, 0x90),
  packedLiar: () => Uint8Array.from([0xdd, 0x7f, 0xff, 0xff, 0xff]),
};

export const OTHERS: Readonly<Record<string, Material>> = {
  ...BYTES,
  integers: (size) => list(size / 8, (index) => size - index),
  floats: (size) => {
    const next = random();
    return list(size / 8, () => new Float64(next(1_000_000) / 7));
  },
  wholes: (size) => list(size / 8, (index) => 2n ** 62n + BigInt((index * 7_919) % size)),
  texts: (size) => list(Math.min(size / 500, 2_000), (index) => `${filled('a', 2_000)}${size - index}`),
  shortTexts: (size) => {
    const next = random();
    return list(size / 16, () => `a${next(1_000_000)}`);
  },
  same: (size) => list(size / 8, () => 'a'),
  long: (size) => list(16, () => filled('a', size / 16)),
  arrays: (size) => list(size / 16, () => [1]),
  empties: (size) => list(size / 8, () => []),
  nulls: (size) => list(size / 8, () => null),
  grid: (size) => list(Math.sqrt(size / 8), () => list(Math.sqrt(size / 8), (index) => index)),
  twins: (size) => {
    const one = list(size / 16, (index) => index);
    return [one, one];
  },
  /** Shares one part many times: small in memory, but practically endless to traverse. */
  doubled: (size) => nested(Math.min(25, size / 16), (inner) => [inner, inner]),
  doubledEmpty: (size) => nested(Math.min(25, size / 16), (inner) => (inner === 1 ? [] : [inner, inner])),
  doubledObject: (size) => nested(Math.min(25, size / 16), (inner) => ({ a: inner, b: inner })),
  longBytes: (size) => {
    const one = new Uint8Array(size).fill(0x61);
    return list(size / 16, () => one);
  },
  entries: (size) => list(size / 32, (index) => [`k${index}`, index]),
  wide: (size) =>
    record(
      size / 16,
      (index) => `k${index}`,
      (index) => index,
    ),
  dotted: (size) =>
    record(
      size / 16,
      (index) => `a.${index}`,
      (index) => index,
    ),
  lists: (size) =>
    record(
      size / 32,
      (index) => `k${index}`,
      () => [1],
    ),
  numbered: (size) =>
    record(
      size / 16,
      (index) => String(index),
      (index) => index,
    ),
  heavyKeys: (size) =>
    record(
      size / 500,
      (index) => `${filled('k', 490)}${index}`,
      (index) => index,
    ),
  rows: (size) => list(size / 32, (index) => ({ id: index, name: 'a' })),
  shaped: (size) => list(size / 32, (index) => ({ [`k${index}`]: index })),
  wideObjects: (size) =>
    list(size / 1_600, () =>
      record(
        100,
        (index) => `k${index}`,
        (index) => index,
      ),
    ),
  deep: (size) => nested(deepest(size), (inner) => [inner]),
  deepObject: (size) => nested(deepest(size), (inner) => ({ a: inner })),
  comb: (size) =>
    nested(deepest(size / 16), (inner) => ({ [filled('k', Math.min(size / 16, 1_000))]: inner, b: 1 })),
  moment: () => new Timestamp(1_700_000_000_123_456_789n, 3_600, 'Europe/Berlin'),
  moments: (size) => list(size / 8, (index) => new Timestamp(BigInt(index) * 86_461_000_000_000n)),
  zero: () => 0,
  fraction: () => -1.5,
  huge: () => 1e308,
  whole: () => 9_007_199_254_740_993n,
  yes: () => true,
  nothing: () => null,
};

const once = (make: () => string): Material => {
  let known: string | undefined;
  return () => {
    known ??= make();
    return known;
  };
};

const pem = (pair: { readonly privateKey: KeyObject }): string =>
  String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** Patterns, formats, paths and schemas. */
const STRINGS: Readonly<Record<string, Material>> = {
  letter: () => 'a',
  empty: () => '',
  comma: () => ',',
  short: () => 'aaaaaaaaaaaaaaab',
  nearly: (size) => `${filled('a', size / 40)}b${filled('a', size / 3)}`,
  middling: (size) => `${filled('a', Math.min(size / 4, 500))}b`,
  longLetters: (size) => filled('a', size / 2),
  cutset: (size) => noise(size, 0x61, 0x4000),
  star: () => 'a*b|a',
  group: () => '(a*)*b',
  groups: () => filled('(a?)', 400),
  anyEnd: () => '(.*)(.*)(.*)(.*)(.*)x',
  lazy: () => '(a+?)*?$',
  classes: (size) => `(?i)\\pL{900}${size % 10}`,
  repeated: () => '((a{10}){10}){10}',
  alternatives: (size) => filled('a|', Math.min(size, 3_000)),
  folded: () => '(?i)ſß\\w+',
  references: (size) => filled('$0', Math.min(size, 50_000)),
  unknownReferences: (size) => filled('$nope ', size),
  fractionLayout: (size) => filled('.0 ', size),
  widths: (size) => filled('%1024Y', size),
  layout: (size) => filled('2006-01-02 ', Math.min(size, 100_000)),
  dayLayout: () => '2006-01-02T15:04:05.999999999Z07:00',
  strftime: (size) => filled('%Y%j', Math.min(size, 100_000)),
  mapName: () => 'm',
  zone: () => 'Europe/Berlin',
  noZone: (size) => filled('Europe/', size),
  hex: () => 'hex',
  base64Name: () => 'base64',
  ascii85: () => 'ascii85',
  z85: () => 'z85',
  sha512: () => 'sha512',
  fnv: () => 'fnv32',
  murmur: () => 'xxhash64',
  gzip: () => 'gzip',
  zlibName: () => 'zlib',
  flate: () => 'flate',
  zstd: () => 'zstd',
  ctr: () => 'ctr',
  cbc: () => 'cbc',
  ofb: () => 'ofb',
  gcm: () => 'gcm',
  key16: () => '0123456789abcdef',
  path: (size) => filled('a.', Math.min(size, 100_000)),
  starPath: (size) => filled('*.', Math.min(size, 1_000)),
  everywhere: () => '$..*',
  everywhereTwice: () => '$..*..*',
  jsonFilter: () => '$..[?(@.id > 1)]',
  jsonPath: (size) => `$${filled('.a', Math.min(size, 100_000))}`,
  schema: () => '{"type":"array","uniqueItems":true,"items":{"type":"object"}}',
  recursiveSchema: () =>
    '{"anyOf":[{"items":{"$ref":"#"},"type":"array"},{"items":{"$ref":"#"},"additionalProperties":{"$ref":"#"}}]}',
  patternSchema: () =>
    '{"items":{"patternProperties":{"(a*)*b":{},"a":{}},"pattern":"(a*)*b"},"patternProperties":{"(k*)*b":{},"k":{}},"pattern":"(a*)*b","enum":["a",[1]]}',
  enumSchema: (size) =>
    JSON.stringify({ items: { enum: Array.from({ length: Math.min(size, 20_000) }, (_, i) => i) } }),
  typeSchema: (size) => `{"type":[${filled('"a",', size / 2)}"a"],"items":{"$ref":"#"}}`,
  requiredSchema: (size) => `{"required":[${filled('"a",', size / 2)}"a"],"items":{"$ref":"#"}}`,
  deepSchema: (size) =>
    `${filled('{"not":', Math.min(size / 10, 1_300))}{}${filled('}', Math.min(size / 10, 1_300))}`,
  quotedPath: (size) => `$['${filled('a', size)}']`,
  unionPath: (size) => `$[${filled('0,', size)}0]`,
  filterPath: (size) => `$[?(${filled('@ || ', size)}@)]`,
  rsaKey: once(() => pem(generateKeyPairSync('rsa', { modulusLength: 2_048 }))),
  ecKey: once(() => pem(generateKeyPairSync('ec', { namedCurve: 'P-521' }))),
};

const NUMBERS: Readonly<Record<string, Material>> = {
  two: () => 2,
  many: () => 3_000,
  size: (size) => Math.round(size),
  most: () => 4_000_000,
  minus: () => -1_000_000,
};

const ARRAYS: Readonly<Record<string, Material>> = {
  replacements: (size) => list(Math.min(size / 50, 2_000), () => 'a'),
  chain: (size) => list(Math.min(size / 50, 400), (index) => String.fromCharCode(97 + (index % 20))),
  integersArgument: (size) => list(size / 8, (index) => index),
  pathsArgument: (size) => list(Math.min(size / 8, 20_000), (index) => `k${index}`),
};

/** Arguments by parameter type. */
export const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  string: Object.keys(STRINGS),
  bytes: Object.keys(STRINGS),
  integer: Object.keys(NUMBERS),
  float: Object.keys(NUMBERS),
  bool: ['yes'],
  array: [...Object.keys(ARRAYS), 'texts', 'arrays', 'long', 'entries'],
  timestamp: ['timestamp', 'zero'],
  any: [
    '=',
    'letter',
    'longLetters',
    'path',
    'two',
    'integers',
    'wide',
    'rows',
    'deepObject',
    'nothing',
    'bytes',
  ],
};

const MATERIALS: Readonly<Record<string, Material>> = {
  ...TEXTS,
  ...OTHERS,
  ...STRINGS,
  ...NUMBERS,
  ...ARRAYS,
};

const made = new Map<string, Value>();
const CACHED_MAX = 40;
const ALWAYS_CACHED_SIZE_MAX = 2_000;

/** Caches values for the next case, because most cases differ in one of them only. */
export function material(name: string, size: number): Value {
  const key = `${name} ${size}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const make = MATERIALS[name];
  if (make === undefined) throw new Error(`expected the name of a material, found ${name}`);
  if (size > ALWAYS_CACHED_SIZE_MAX && made.size >= CACHED_MAX) made.clear();
  const value = make(size);
  made.set(key, value);
  return value;
}
