// Comparison and paths. (Bodies follow.)
import type { Value } from './values.ts';

/** Structural equality, decided by the left value (SPEC §6). */
export declare function equals(left: Value, right: Value): boolean;
/** `a.b~1c.*`: segments of a dot path with `~1` = `.` and `~0` = `~`. */
export declare function parseDotPath(path: string): string[];
/** Never fails: null where there is nothing; undefined when `missing` should be told apart (`exists`). */
export declare function readPath(value: Value, segments: readonly string[]): Value | undefined;
