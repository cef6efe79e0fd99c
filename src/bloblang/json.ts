// JSON in and out with the language's values. (Bodies follow; the signatures are what the standard library builds on.)
import type { Value } from './values.ts';

export interface EncodeOptions {
  readonly escapeHtml?: boolean;
  /** Indent text per level; absent for one line. */
  readonly indent?: string;
  /** Ends with LimitError('outputBytes') beyond this many characters. */
  readonly maxLength?: number;
}

/** Keys sorted, bytes as base64, timestamps as text. Throws an EvaluationError on NaN and infinities. */
export declare function encodeJson(value: Value, options?: EncodeOptions): string;
/** `float`: every number a float64 (`parse_json`); `text`: as the input document has them. Throws EvaluationError with Go's text. */
export declare function parseJson(
  text: string,
  numbers: 'float' | 'text',
  trailing: 'refuse' | 'ignore',
): Value;
/** A value as `.string()` gives it. */
export declare function valueText(value: Value): string;
