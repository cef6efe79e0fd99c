import { type SimulatedProcess, START_MS } from './scheduler.ts';

/** Writes a line for each thing that happens. The text is a function, because most runs write no trace. */
export type Trace = (process: SimulatedProcess | undefined, text: () => string) => void;

const VALUE_LENGTH_MAX = 200;

/** A value of a call, for a reader of a trace: records by the fields that tell them apart. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value === 'string') return value.slice(0, VALUE_LENGTH_MAX);
  if (typeof value !== 'object' || value === null) return String(value);
  if ('delivery' in value) return shown(value.delivery);
  if ('body' in value && typeof value.body === 'string') return shownMessage(value.body, value);
  if ('deliveries' in value) return shown(value.deliveries);
  const parts = SHOWN_FIELDS.flatMap((field) => {
    const held: unknown = Reflect.get(value, field);
    if (held === undefined) return [];
    return [`${field} ${field.endsWith('AtMs') && typeof held === 'number' ? timeText(held) : shown(held)}`];
  });
  return `{${parts.join(', ')}}`;
}

const SHOWN_FIELDS = [
  'kind',
  'id',
  'name',
  'feedId',
  'feed',
  'lease',
  'owner',
  'fence',
  'eventId',
  'status',
  'state',
  'cursor',
  'nextAttemptAtMs',
  'sweepAtMs',
  'releaseAtMs',
  'nextRunAtMs',
  'endedAtMs',
  'queued',
  'errorId',
  'version',
] as const;

function shownMessage(body: string, message: object): string {
  const [header = '', ...events] = body.split('\n');
  const { deliveryId, dueAtMs, publicationName, feedIds } = JSON.parse(header);
  const ids = events.map((json) => JSON.parse(json).id);
  const delay: unknown = Reflect.get(message, 'delaySeconds');
  const what =
    feedIds !== undefined
      ? `wakes ${feedIds}`
      : deliveryId === undefined
        ? `events ${ids} for ${publicationName}`
        : `retry of ${deliveryId} due ${typeof dueAtMs === 'number' ? timeText(dueAtMs) : 'at its release'}`;
  return `<${what}${delay === undefined || delay === 0 ? '' : `, in ${delay} s`}>`;
}

/** Seconds since the beginning of the run. */
export function timeText(ms: number): string {
  return `${((ms - START_MS) / 1_000).toFixed(3)}s`;
}
