// Every limit of the engine is named here. Strangers write the mappings, which run on every event. So each limit is far
// above honest use, and low enough that reaching it costs milliseconds.

export interface Limits {
  /** Characters of a mapping's source. The longest mapping of the reference documentation has about 6,000. */
  readonly sourceLength: number;
  /** Depth of nested expressions in the source, so that neither the parser nor the closures exhaust the JavaScript stack. */
  readonly nesting: number;
  /** Depth of nested values, in input documents and in values that a mapping builds. */
  readonly valueDepth: number;
  /** Steps of one run: one per call of a built-in, one per element visited, one per 256 bytes processed, and more for costly work. */
  readonly steps: number;
  /** Bytes of strings, arrays and objects that one run may build in total, garbage included. */
  readonly allocatedBytes: number;
  /** Bytes of one string or byte array. */
  readonly stringBytes: number;
  /** Elements of one array that a built-in makes from a number (`range`). */
  readonly arrayLength: number;
  /** Bytes of the encoded result. */
  readonly outputBytes: number;
  /** Depth of maps that `apply` one another. The reference engine allows 5,000; the JavaScript stack does not. */
  readonly mapDepth: number;
  /** Bytes that one decompression may produce. */
  readonly decompressedBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  sourceLength: 100_000,
  nesting: 200,
  valueDepth: 1_000,
  steps: 300_000,
  allocatedBytes: 32 * 1024 * 1024,
  stringBytes: 4 * 1024 * 1024,
  arrayLength: 1_000_000,
  outputBytes: 2 * 1024 * 1024,
  mapDepth: 1_200,
  decompressedBytes: 8 * 1024 * 1024,
};

export type LimitName = keyof Limits;

/**
 * The messages for a run that reaches a limit. The limit's name, which precedes the message, is stable; programs may
 * match on it.
 */
export const LIMIT_MESSAGES: Readonly<Record<LimitName, string>> = {
  sourceLength: 'the mapping has more characters than allowed',
  nesting: 'the mapping nests expressions deeper than allowed',
  valueDepth: 'a value is nested deeper than allowed',
  steps: 'the mapping took more steps than allowed for one run',
  allocatedBytes: 'the mapping built more data than allowed for one run',
  stringBytes: 'a string is longer than allowed',
  arrayLength: 'an array is longer than allowed',
  outputBytes: 'the result is larger than allowed',
  mapDepth: 'maps call one another deeper than allowed',
  decompressedBytes: 'decompressed data is larger than allowed',
};
