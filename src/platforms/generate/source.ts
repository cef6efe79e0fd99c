import * as v from 'valibot';
import { parseDurationMs } from '../../base/duration.ts';
import type { FlagText } from '../../domain/command-text.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { defineSource, type SourcePorts } from '../../domain/subscriptions/source-platform.ts';
import {
  GENERATE_INTERVAL_MS_MAX,
  GENERATE_INTERVAL_MS_MIN,
} from '../../domain/subscriptions/subscription.ts';

const Interval = v.pipe(
  v.string(),
  v.metadata({ examples: ['30s', '1m', '1h30m'], description: 'from `1s` to `31d`' }),
);
const Mapping = v.pipe(
  v.string(),
  v.metadata({
    minLength: 1,
    description:
      'Bloblang that makes the event without an input; it is refused if it fails each time it is tried',
  }),
);

const INTERVAL_FLAG = { char: 'i', description: 'time between events, such as 1m' } satisfies FlagText;
const MAPPING_FLAG = { char: 'm', description: 'Bloblang mapping that makes the event' } satisfies FlagText;

/** Events that are made by a mapping, at an interval. What makes them is `src/pipeline/generate`. */
export const generateSource = defineSource({
  name: 'generate',
  noun: 'generator',
  fields: {
    settings: { interval: Interval, mapping: Mapping },
    changes: { interval: v.optional(Interval), mapping: v.optional(Mapping) },
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
      mapping: { ...MAPPING_FLAG, required: true },
    },
    targetChar: 't',
    changeFlags: {
      interval: { ...INTERVAL_FLAG, description: `of a generator: ${INTERVAL_FLAG.description}` },
      mapping: { ...MAPPING_FLAG, description: `of a generator: ${MAPPING_FLAG.description}` },
    },
  },

  async create(ports, base, { interval, mapping }) {
    const fault = intervalRefusal(interval) ?? mappingRefusal(ports, mapping);
    if (fault !== undefined) return fault;
    return {
      kind: 'created',
      // The first event comes at once: whoever makes a generator waits for it.
      subscription: { ...base, platform: 'generate', interval, mapping, nextRunAtMs: base.createdAtMs },
    };
  },

  change(ports, { interval, mapping }) {
    const fault =
      (interval === undefined ? undefined : intervalRefusal(interval)) ??
      (mapping === undefined ? undefined : mappingRefusal(ports, mapping));
    if (fault !== undefined) return fault;
    return {
      kind: 'changed',
      // A new interval counts from now; a new mapping alone leaves the next run where it is.
      apply: (subscription, nowMs) => ({
        ...subscription,
        interval: interval ?? subscription.interval,
        mapping: mapping ?? subscription.mapping,
        failure: mapping === undefined ? subscription.failure : undefined,
        nextRunAtMs: interval === undefined ? subscription.nextRunAtMs : nowMs,
      }),
    };
  },

  show: ({ interval, mapping }) => ({ interval, mapping }),
});

function intervalRefusal(interval: string): Refusal | undefined {
  const ms = parseDurationMs(interval);
  if (ms !== undefined && ms >= GENERATE_INTERVAL_MS_MIN && ms <= GENERATE_INTERVAL_MS_MAX) return undefined;
  return refuse(
    'invalid-interval',
    `expected an interval from 1s to ${GENERATE_INTERVAL_MS_MAX / 86_400_000}d such as 30s, 1m or 1h30m, found ${JSON.stringify(interval.slice(0, 100))}`,
  );
}

function mappingRefusal(
  { mappingFault }: Pick<SourcePorts, 'mappingFault'>,
  mapping: string,
): Refusal | undefined {
  const fault = mappingFault(mapping);
  return fault === undefined ? undefined : refuse('invalid-mapping', fault);
}
