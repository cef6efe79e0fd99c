import * as v from 'valibot';
import { ANNOUNCEMENT_TYPES, type AnnouncementType } from '../../domain/announcements/announcement.ts';
import type { FlagText } from '../../domain/command-text.ts';
import { quoted } from '../../domain/fields.ts';
import { defineSource } from '../../domain/subscriptions/source-platform.ts';

const [SOME_TYPE = ''] = ANNOUNCEMENT_TYPES;

const Type = v.pipe(
  v.string(),
  v.check(isType, ({ input }) => {
    const known = ANNOUNCEMENT_TYPES.join(', ');
    return `expected "types" to hold types of operational events (${known}), found ${quoted(input)}`;
  }),
  v.metadata({ enum: [...ANNOUNCEMENT_TYPES] }),
  v.transform((type) => type as AnnouncementType),
);
const Types = v.pipe(
  v.array(Type),
  v.minLength(1),
  v.metadata({
    minItems: 1,
    maxItems: ANNOUNCEMENT_TYPES.length,
    description: 'which operational events; all of them when absent',
    examples: [[SOME_TYPE]],
  }),
);

const TYPE_FLAG = {
  name: 'type',
  isRepeated: true,
  description: `type of operational event, such as ${SOME_TYPE}; several times for several, all without`,
} satisfies FlagText;

/** Events that Sluice publishes about itself: docs/delivery.md lists the types. `src/pipeline/announce` makes them. */
export const sluiceSource = defineSource({
  name: 'sluice',
  noun: 'subscription to operational events',
  fields: {
    settings: { types: v.nullish(Types) },
    changes: { types: v.optional(v.pipe(v.nullable(Types), v.description('null: all of them'))) },
    params: { types: v.optional(v.array(v.string())) },
  },
  olderNames: [],
  operation: {
    id: 'createSluiceSubscription',
    summary:
      'Subscribe to operational events of the app: breakers, disabled publications, deliveries that run out of retries, dead authorizations, low allocations, gaps; with `target`, link it to a publication in the same step',
  },
  refusals: [],
  changeRefusals: [],
  command: {
    id: 'events:subscriptions:sluice:create',
    noun: 'subscription to operational events',
    description: 'subscribe to what Sluice tells of itself: see docs/delivery.md',
    argument: 'name of the subscription',
    example: `incidents --type ${SOME_TYPE} --target pager`,
    flags: { types: TYPE_FLAG },
    changeFlags: {
      types: {
        ...TYPE_FLAG,
        description: `of operational events: ${TYPE_FLAG.description}`,
        off: { name: 'all-types', description: 'of operational events: all types', value: null },
      },
    },
  },

  async create(_ports, base, { types }) {
    return { kind: 'created', subscription: { ...base, platform: 'sluice', types: types ?? undefined } };
  },

  change(_ports, { types }) {
    return {
      kind: 'changed',
      apply: (subscription) =>
        types === undefined ? subscription : { ...subscription, types: types ?? undefined },
    };
  },

  show: ({ types }) => ({ types: types === undefined ? undefined : [...types] }),
});

function isType(text: string): boolean {
  return ANNOUNCEMENT_TYPES.some((type) => type === text);
}
