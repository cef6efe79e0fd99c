import * as v from 'valibot';
import { parseDurationMs } from '../../base/duration.ts';
import {
  PULL_AGE,
  PULL_COUNT,
  PULL_SETTINGS_DEFAULT,
  type PullSettings,
  VISIBILITY_SECONDS,
} from '../../domain/deliveries/pull.ts';
import { Count, quoted } from '../../domain/fields.ts';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget } from '../../domain/publications/target-platform.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly pull: PullSettings;
  }
}

export type PullPublication = PublicationOf<'pull'>;

const AGE_MS_MIN = parseDurationMs(PULL_AGE.min) ?? 0;
const AGE_MS_MAX = parseDurationMs(PULL_AGE.max) ?? 0;

const Visibility = v.pipe(
  v.number(),
  v.integer('expected "visibility_seconds" to be a whole number'),
  v.minValue(VISIBILITY_SECONDS.min),
  v.maxValue(VISIBILITY_SECONDS.max),
  v.description('how long whoever took a delivery has to acknowledge it; after that it comes again'),
);
const MaxCount = v.pipe(
  v.number(),
  v.integer('expected "max_count" to be a whole number'),
  v.minValue(PULL_COUNT.min),
  v.maxValue(PULL_COUNT.max),
  v.description('deliveries that are kept; when one more comes, the oldest ends as exhausted'),
);
const MaxAge = v.pipe(
  v.string(),
  v.metadata({
    examples: ['7d', '12h'],
    description: `how long a delivery is kept, from \`${PULL_AGE.min}\` to \`${PULL_AGE.max}\`; after that it ends as exhausted`,
  }),
);

const FLAGS = {
  visibility_seconds: {
    name: 'visibility',
    range: VISIBILITY_SECONDS,
    description: 'seconds within which a delivery that was taken is to be acknowledged',
  },
  max_count: {
    range: PULL_COUNT,
    description: 'deliveries that are kept; when one more comes, the oldest ends as exhausted',
  },
  max_age: { description: 'how long a delivery is kept, such as 12h or 7d; after that it ends as exhausted' },
} as const;

/** Deliveries wait until an app pulls them. `src/pipeline/pull` hands them out. */
export const pullTarget = defineTarget({
  name: 'pull',
  fields: {
    settings: {
      visibility_seconds: v.nullish(v.pipe(Visibility, v.metadata({ default: VISIBILITY_SECONDS.default }))),
      max_count: v.nullish(v.pipe(MaxCount, v.metadata({ default: PULL_COUNT.default }))),
      max_age: v.nullish(v.pipe(MaxAge, v.metadata({ default: PULL_AGE.default }))),
    },
    changes: {
      visibility_seconds: v.optional(Visibility),
      max_count: v.optional(MaxCount),
      max_age: v.optional(MaxAge),
    },
    params: {
      visibility_seconds: Count,
      max_count: Count,
      max_age: v.string(),
      listener: v.optional(v.pipe(v.boolean(), v.description('of a listener: see `events:listen`'))),
    },
  },
  olderNames: [],
  summary:
    'Keep events until they are pulled from the subscribe URL. With `source`, link a subscription to it in the same step',
  refusals: ['unprocessable'],
  command: {
    id: 'events:publications:pull:create',
    description: 'keep events until an app pulls them',
    argument: 'name of the publication',
    example: 'ordersToPull -s orders',
    flags: {
      visibility_seconds: withDefault(FLAGS.visibility_seconds, VISIBILITY_SECONDS.default),
      max_count: withDefault(FLAGS.max_count, PULL_COUNT.default),
      max_age: withDefault(FLAGS.max_age, PULL_AGE.default),
    },
    changeFlags: {
      visibility_seconds: ofPull(FLAGS.visibility_seconds),
      max_count: ofPull(FLAGS.max_count),
      max_age: ofPull(FLAGS.max_age),
    },
  },
  grants: { secrets: [] },

  async create(_ports, base, settings) {
    if (base.retryDelaysMs !== undefined) {
      return refuse(
        'unprocessable',
        'expected no retry schedule for a publication that is pulled: what is not acknowledged comes again after visibility_seconds',
      );
    }
    const maxAgeMs = readAge(settings.max_age ?? PULL_AGE.default);
    if (typeof maxAgeMs !== 'number') return maxAgeMs;
    return {
      kind: 'created',
      publication: {
        ...base,
        platform: 'pull',
        visibilitySeconds: settings.visibility_seconds ?? PULL_SETTINGS_DEFAULT.visibilitySeconds,
        maxCount: settings.max_count ?? PULL_SETTINGS_DEFAULT.maxCount,
        maxAgeMs,
      },
    };
  },

  async change(_ports, _publication, { visibility_seconds, max_count, max_age }) {
    const maxAgeMs = max_age === undefined ? undefined : readAge(max_age);
    if (typeof maxAgeMs === 'object') return maxAgeMs;
    return {
      kind: 'changed',
      apply: (publication) => ({
        ...publication,
        visibilitySeconds: visibility_seconds ?? publication.visibilitySeconds,
        maxCount: max_count ?? publication.maxCount,
        maxAgeMs: maxAgeMs ?? publication.maxAgeMs,
      }),
    };
  },

  show: ({ visibilitySeconds, maxCount, maxAgeMs, isListener }) => ({
    visibility_seconds: visibilitySeconds,
    max_count: maxCount,
    max_age: ageText(maxAgeMs),
    listener: isListener,
  }),
});

function readAge(text: string): number | Refusal {
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms >= AGE_MS_MIN && ms <= AGE_MS_MAX) return ms;
  return refuse(
    'unprocessable',
    `expected max_age as a duration from ${PULL_AGE.min} to ${PULL_AGE.max}, such as 12h, found ${quoted(text)}`,
  );
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** The age as a person would type it, in the largest unit of which it is a whole number. */
function ageText(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / unitMs}${unit}`;
}

/** For the command that creates a publication. */
function withDefault<T extends { readonly description: string }>(flag: T, usual: number | string): T {
  return { ...flag, description: `${flag.description} (${usual} unless given)` };
}

/** For the commands that change publications of any platform. */
function ofPull<T extends { readonly description: string }>(flag: T): T {
  return { ...flag, description: `of what is pulled: ${flag.description}` };
}
