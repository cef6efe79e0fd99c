import * as v from 'valibot';
import { knownValue, Time } from '../../domain/fields.ts';
import { LOG_LEVELS } from '../../domain/history/log-reader.ts';

/** A line that a function wrote about the app. */
export const LogLine = v.looseObject({
  id: v.pipe(v.string(), v.description('the same whenever the line is read')),
  at: Time,
  level: knownValue(LOG_LEVELS),
  function: v.string(),
  code: v.optional(v.pipe(v.string(), v.description('stable: docs/operations.md lists them'))),
  message: v.string(),
  fields: v.pipe(
    v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
    v.description('what else the line says'),
  ),
});

export const LogPage = v.looseObject({
  lines: v.pipe(v.array(LogLine), v.description('oldest first')),
  next: v.optional(
    v.pipe(
      Time,
      v.description('`from` of the next page, which may repeat lines of that moment; absent after the last'),
    ),
  ),
  until: v.pipe(Time, v.description('up to which it was read, when there is no next')),
});
