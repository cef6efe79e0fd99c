import { EventFormatError, parseEvent } from './event.ts';

/** The attributes that `eventJson` writes before the data. */
export interface EventHead {
  readonly type?: string | undefined;
  readonly subject?: string | undefined;
}

const NEXT_ATTRIBUTE = /[{,]("(?:[^"\\]|\\.)*"):("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)(?=[,}])/y;
/** More attributes than any of our events has before its data. */
const ATTRIBUTES_MAX = 40;

/**
 * Type and subject of an event, usually without parsing the data behind them, which may be a megabyte: `eventJson`
 * writes data last, but retains the attribute order of an event that somebody else wrote.
 */
export function eventHead(eventJson: string): EventHead {
  let type: string | undefined;
  let subject: string | undefined;
  NEXT_ATTRIBUTE.lastIndex = 0;
  for (let count = 0; count < ATTRIBUTES_MAX; count += 1) {
    const match = NEXT_ATTRIBUTE.exec(eventJson);
    if (match?.[2] === undefined || match[1] === '"data"') break;
    if (match[1] === '"type"') type = textOf(match[2]);
    else if (match[1] === '"subject"') subject = textOf(match[2]);
    if (type !== undefined && subject !== undefined) return { type, subject };
  }
  if (type !== undefined && !eventJson.includes('"subject"')) return { type, subject };
  try {
    const event = parseEvent(eventJson);
    return { type: event.type, subject: event.subject };
  } catch (error) {
    // Any consumer of the event hits the same error; there is nothing to say about its head.
    if (!(error instanceof EventFormatError)) throw error;
    return { type, subject };
  }
}

function textOf(json: string): string | undefined {
  const value: unknown = JSON.parse(json);
  return typeof value === 'string' ? value : undefined;
}
