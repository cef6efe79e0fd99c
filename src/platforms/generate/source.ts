import * as v from 'valibot';
import type { FlagText } from '../../domain/command-text.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import {
  cronText,
  firstRunAtMs,
  type GeneratorSchedule,
  parseGeneratorSchedule,
} from '../../domain/subscriptions/generator-schedule.ts';
import { defineSource, type SourcePorts } from '../../domain/subscriptions/source-platform.ts';

const Interval = v.pipe(
  v.string(),
  v.metadata({
    examples: ['30s', '1m', '@every 90s', '0 8 * * MON-FRI', 'TZ=Europe/Berlin 0 8 * * MON-FRI'],
    description:
      'the time between events, from `1s` to `31d`, or a cron expression: five fields, or six with seconds first',
  }),
);
const TimeZone = v.pipe(
  v.string(),
  v.metadata({
    examples: ['Europe/Berlin'],
    description:
      'of the tz database: the one that a cron expression goes by, UTC by default; shown as part of `interval`',
  }),
);
const Mapping = v.pipe(
  v.string(),
  v.metadata({
    minLength: 1,
    description:
      'Bloblang that makes the event without an input; it is refused if it fails each time it is tried',
  }),
);

const INTERVAL_FLAG = {
  char: 'i',
  olderNames: ['cron'],
  description: 'time between events, such as 1m, or a cron expression (--cron does the same)',
} satisfies FlagText;
const TIME_ZONE_FLAG = {
  description: 'time zone that the cron expression goes by, such as Europe/Berlin; UTC without it',
  notKept: 'it is part of "interval": TZ=Europe/Berlin 0 8 * * MON-FRI',
} satisfies FlagText;
const MAPPING_FLAG = { char: 'm', description: 'Bloblang mapping that makes the event' } satisfies FlagText;

/** A mapping makes these events at an interval. `src/pipeline/generate` runs it. */
export const generateSource = defineSource({
  name: 'generate',
  noun: 'generator',
  fields: {
    settings: { interval: Interval, time_zone: v.optional(TimeZone), mapping: Mapping },
    changes: {
      interval: v.optional(Interval),
      time_zone: v.optional(TimeZone),
      mapping: v.optional(Mapping),
    },
    params: { interval: v.string(), mapping: v.string() },
  },
  olderNames: [],
  operation: {
    id: 'createGenerator',
    summary:
      'Make events by a mapping, at an interval; with `target`, link it to a publication in the same step',
  },
  refusals: ['invalid-interval', 'invalid-mapping'],
  changeRefusals: ['invalid-interval', 'invalid-mapping'],
  command: {
    id: 'events:generate',
    noun: 'event generator',
    description: 'create a generator of test events',
    argument: 'name of the generator',
    example: 'my-generator -i "1m" -m "root.timestamp = timestamp_unix()"',
    flags: {
      interval: { ...INTERVAL_FLAG, required: true },
      time_zone: TIME_ZONE_FLAG,
      mapping: { ...MAPPING_FLAG, required: true },
    },
    targetChar: 't',
    changeFlags: {
      interval: { ...INTERVAL_FLAG, description: `of a generator: ${INTERVAL_FLAG.description}` },
      time_zone: { ...TIME_ZONE_FLAG, description: `of a generator: ${TIME_ZONE_FLAG.description}` },
      mapping: { ...MAPPING_FLAG, description: `of a generator: ${MAPPING_FLAG.description}` },
    },
  },

  async create(ports, base, { interval, time_zone, mapping }) {
    const schedule = readSchedule(interval, time_zone);
    if (schedule.kind === 'refused') return schedule;
    const fault = mappingRefusal(ports, mapping);
    if (fault !== undefined) return fault;
    return {
      kind: 'created',
      subscription: {
        ...base,
        platform: 'generate',
        interval: schedule.text,
        mapping,
        nextRunAtMs: firstRunAtMs(schedule, base.createdAtMs),
      },
    };
  },

  change(ports, { interval, time_zone, mapping }) {
    if (time_zone !== undefined && interval === undefined) {
      return refuse(
        'invalid-interval',
        'expected a cron expression together with its time zone, found only the time zone: give the expression as well',
      );
    }
    const schedule = interval === undefined ? undefined : readSchedule(interval, time_zone);
    if (schedule?.kind === 'refused') return schedule;
    const fault = mapping === undefined ? undefined : mappingRefusal(ports, mapping);
    if (fault !== undefined) return fault;
    return {
      kind: 'changed',
      // A new interval counts from now; a new mapping alone does not move the next run.
      apply: (subscription, nowMs) => ({
        ...subscription,
        interval: schedule?.text ?? subscription.interval,
        mapping: mapping ?? subscription.mapping,
        failure: mapping === undefined ? subscription.failure : undefined,
        nextRunAtMs: schedule === undefined ? subscription.nextRunAtMs : firstRunAtMs(schedule, nowMs),
      }),
    };
  },

  show: ({ interval, mapping }) => ({ interval, mapping }),
});

function readSchedule(
  interval: string,
  timeZone: string | undefined,
): (GeneratorSchedule & { readonly text: string }) | Refusal {
  const text = timeZone === undefined ? interval : cronText(interval, timeZone);
  const schedule = parseGeneratorSchedule(text);
  return schedule.kind === 'refused' ? refuse('invalid-interval', schedule.message) : { ...schedule, text };
}

function mappingRefusal(
  { mappingFault }: Pick<SourcePorts, 'mappingFault'>,
  mapping: string,
): Refusal | undefined {
  const fault = mappingFault(mapping);
  return fault === undefined ? undefined : refuse('invalid-mapping', fault);
}
