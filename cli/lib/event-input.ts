import { fstatSync } from 'node:fs';
import { isJsonObject, parseJson } from '../../src/base/json.ts';
import type { Event } from '../../src/domain/events/event.ts';
import { Failure } from './failure.ts';
import { SAMPLE_EVENT } from './sample-event.ts';
import { readStdin, readTextFile, STDIN } from './text-file.ts';

export interface EventText {
  readonly text: string;
  /** The name of the file for messages, or `stdin`. */
  readonly from: string;
}

/** The text of the file or of standard input; undefined when there is neither. */
export async function readEventText(path: string | undefined): Promise<EventText | undefined> {
  if (path !== undefined && path !== STDIN) return { text: readTextFile(path, 'event-file'), from: path };
  if (path === undefined && !isPiped()) return undefined;
  const piped = await readStdin();
  if (piped.trim() !== '') return { text: piped, from: 'stdin' };
  if (path === STDIN) throw new Failure('expected an event on stdin, found nothing');
  return undefined;
}

/** Returns a CloudEvent unchanged, and wraps anything else as the data of one. */
export function toEvent(json: string, from: string): Event {
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (error) {
    throw new Failure(
      `${from}: expected an event as JSON, found something else (${error instanceof Error ? error.message : ''})`,
    );
  }
  if (isJsonObject(value) && value['specversion'] !== undefined && 'data' in value) {
    return { ...SAMPLE_EVENT, ...value, specversion: '1.0' };
  }
  return { ...SAMPLE_EVENT, data: value };
}

/** A terminal or /dev/null (a character device) has no event to give; a pipe, a socket or a file has. */
function isPiped(): boolean {
  try {
    return !fstatSync(process.stdin.fd).isCharacterDevice();
  } catch {
    // The parent process closed standard input.
    return false;
  }
}
