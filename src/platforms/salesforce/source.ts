import * as v from 'valibot';
import { authorizationForUse, topicRefusal } from '../../domain/authorizations/topic-use.ts';
import { CURSOR_POLICIES, EVENT_FORMATS, feedId, REPLAYS } from '../../domain/feeds/feed.ts';
import { knownValue, Name, Topic } from '../../domain/fields.ts';
import { defineSource } from '../../domain/subscriptions/source-platform.ts';
import { ALIAS_FLAG, OLDER_NAMES, TOPIC_FLAG } from './org-settings.ts';

const REPLAY_DEFAULT = REPLAYS[0];
// Salesforce retains events for three days, so a late event is better than a lost one.
const CURSOR_POLICY_DEFAULT = CURSOR_POLICIES[0];
const FORMAT_DEFAULT = EVENT_FORMATS[0];

const CursorPolicy = v.pipe(
  v.picklist(CURSOR_POLICIES),
  v.description('what to do when Salesforce no longer accepts the cursor'),
);
const Repair = v.pipe(
  v.boolean(),
  v.description(
    'after an event by which Salesforce says that it could not give a change in full (`GAP_CREATE`, `GAP_UPDATE`, `GAP_UNDELETE`), send one for each of its records as it is then: its type ends in `.REPAIR`, its `repairof` is the id of the gap event',
  ),
);
const CURSOR_POLICY_FLAG = 'what to do when Salesforce no longer has the events after the last one read';
const REPAIR_FLAG =
  'when Salesforce gives a change without its fields (GAP events), read the records and send them as events of their own';

/** An org's change events and platform events. `feed-source.ts` reads them. */
export const salesforceSource = defineSource({
  name: 'salesforce',
  noun: 'salesforce subscription',
  fields: {
    settings: {
      topic: v.nullish(Topic),
      event: v.nullish(Topic),
      alias: v.nullish(v.string()),
      org_name: v.nullish(v.string()),
      replay: v.nullish(
        v.pipe(
          v.picklist(REPLAYS),
          v.metadata({ default: REPLAY_DEFAULT, description: 'where a new feed starts' }),
        ),
      ),
      on_invalid_cursor: v.nullish(v.pipe(CursorPolicy, v.metadata({ default: CURSOR_POLICY_DEFAULT }))),
      format: v.nullish(v.pipe(v.picklist(EVENT_FORMATS), v.metadata({ default: FORMAT_DEFAULT }))),
      repair: v.nullish(v.pipe(Repair, v.metadata({ default: false }))),
    },
    changes: { on_invalid_cursor: v.optional(CursorPolicy), repair: v.optional(Repair) },
    params: {
      topic: Topic,
      event: Topic,
      alias: Name,
      org_name: Name,
      replay: knownValue(REPLAYS),
      on_invalid_cursor: knownValue(CURSOR_POLICIES),
      format: knownValue(EVENT_FORMATS),
      repair: v.boolean(),
    },
  },
  olderNames: OLDER_NAMES,
  operation: {
    id: 'createSalesforceSubscription',
    summary: 'Subscribe to a topic of an org; with `target`, link it to a publication in the same step',
  },
  refusals: ['authorization-not-active', 'unknown-topic', 'topic-not-permitted', 'salesforce-unreachable'],
  changeRefusals: [],
  command: {
    id: 'events:subscriptions:salesforce:create',
    noun: 'subscription',
    description: 'subscribe to a Platform Event or to Change Data Capture of an org',
    argument: 'name of the subscription',
    example: 'accountChange -t "/data/AccountChangeEvent" -A my-org',
    hiddenAliases: ['events:subscriptions:sfdc:create'],
    flags: {
      topic: TOPIC_FLAG,
      alias: ALIAS_FLAG,
      replay: {
        options: REPLAYS,
        description: 'where to start: at new events, or at the oldest that Salesforce still has',
      },
      on_invalid_cursor: { options: CURSOR_POLICIES, description: CURSOR_POLICY_FLAG },
      format: {
        options: EVENT_FORMATS,
        description: 'plain values, or the wrapped values and raw bitmaps of the pilot',
      },
      repair: { isSwitch: true, description: REPAIR_FLAG },
    },
    changeFlags: {
      on_invalid_cursor: {
        options: CURSOR_POLICIES,
        description: `${CURSOR_POLICY_FLAG}; holds for all who share the feed`,
      },
      repair: {
        isSwitch: true,
        description: REPAIR_FLAG,
        off: { name: 'no-repair', description: 'leave these changes as they come', value: false },
      },
    },
  },

  async create({ authorizations, topics }, base, settings) {
    const { topic, alias, replay, on_invalid_cursor: onInvalidCursor, format, repair } = settings;
    const authorization = await authorizationForUse(authorizations, base.appId, alias ?? '');
    if ('kind' in authorization) return authorization;
    const fault = await topicRefusal(topics, authorization, topic ?? '', 'subscribe');
    if (fault !== undefined) return fault;
    return {
      kind: 'created',
      subscription: {
        ...base,
        platform: 'salesforce',
        topic: topic ?? '',
        authorizationId: authorization.id,
        authorizationAlias: authorization.alias,
        replay: replay ?? REPLAY_DEFAULT,
        onInvalidCursor: onInvalidCursor ?? CURSOR_POLICY_DEFAULT,
        format: format ?? FORMAT_DEFAULT,
        repair: repair ?? false,
        feedId: feedId(authorization.id, topic ?? ''),
      },
      authorization,
    };
  },

  change(_ports, { on_invalid_cursor: onInvalidCursor, repair }) {
    return {
      kind: 'changed',
      cursorPolicy: onInvalidCursor,
      apply: (subscription) => ({
        ...subscription,
        onInvalidCursor: onInvalidCursor ?? subscription.onInvalidCursor,
        repair: repair ?? subscription.repair,
      }),
    };
  },

  show: ({ topic, authorizationAlias: alias, replay, onInvalidCursor, format, repair = false }) => ({
    topic,
    event: topic,
    alias,
    org_name: alias,
    replay,
    on_invalid_cursor: onInvalidCursor,
    format,
    repair,
  }),
});
