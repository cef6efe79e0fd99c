import { beginningOfUtf8 } from '../../base/utf8.ts';

// Logplex accepts RFC 5424 lines, each preceded by its length in bytes (RFC 6587, octet counting), with nothing between
// them.

/**
 * Logplex misreads a longer frame. It is not documented whether the length before the line counts; here it does, which
 * satisfies both readings.
 */
export const FRAME_BYTES_MAX = 10_240;

export interface LogplexLine {
  readonly atMs: number;
  /** What `heroku logs` shows in brackets: `app[<tag>]`. */
  readonly tag: string;
  readonly text: string;
}

/** local7.info, which Logplex expects of an add-on whatever the line says. */
const PRIORITY = 190;
const LENGTH_DIGITS = String(FRAME_BYTES_MAX).length;
/** `heroku logs` finds the head of a line by `[\w-]+` in brackets. */
const TAG_CHARACTERS_MAX = 48;

/** The line preceded by its length. A text that is too long is cut between two characters and marked as cut. */
export function frameOf({ atMs, tag, text }: LogplexLine): string {
  const head = `<${PRIORITY}>1 ${timeOf(atMs)} host app ${tagOf(tag)} - - `;
  const line = head + fitted(oneLine(text), FRAME_BYTES_MAX - LENGTH_DIGITS - 1 - Buffer.byteLength(head));
  return `${Buffer.byteLength(line)} ${line}`;
}

function fitted(text: string, bytesMax: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= bytesMax) return text;
  const mark = ` [cut, ${bytes} bytes]`;
  return beginningOfUtf8(Buffer.from(text), bytesMax - mark.length) + mark;
}

/** With an explicit offset, like Heroku's own lines. */
function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+00:00');
}

/** RFC 5424 allows more; the CLI does not. */
export function tagOf(tag: string): string {
  return tag.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, TAG_CHARACTERS_MAX) || 'addon';
}

/** A terminal shows the line, so nothing in it may move the cursor, begin another line, or be half a character. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').toWellFormed();
}
