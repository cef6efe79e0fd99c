import * as v from 'valibot';
import { CURSOR_POLICIES, FEED_STATES, REPLAYS } from '../../domain/feeds/feed.ts';
import { EVENT_FORMATS } from '../../domain/subscriptions/subscription.ts';
import {
  ALIAS_NAMES,
  CursorPolicy,
  eitherNames,
  Id,
  knownValue,
  Name,
  Reason,
  Time,
  TOPIC_NAMES,
  Topic,
} from '../fields.ts';

/** What a platform adds to a subscription: the settings that a request gives, their changes, and what an answer shows. */
interface SourceFields {
  readonly settings: v.ObjectEntries;
  readonly changes: v.ObjectEntries;
  readonly params: v.ObjectEntries;
}

const Repair = v.pipe(
  v.boolean(),
  v.description(
    'after an event by which Salesforce says that it could not give a change in full (`GAP_CREATE`, `GAP_UPDATE`, `GAP_UNDELETE`), send one for each of its records as it is then: its type ends in `.REPAIR`, its `repairof` is the id of the gap event',
  ),
);

export const salesforceFields = {
  settings: {
    topic: v.nullish(Topic),
    event: v.nullish(Topic),
    alias: v.nullish(v.string()),
    org_name: v.nullish(v.string()),
    replay: v.nullish(
      v.pipe(v.picklist(REPLAYS), v.metadata({ default: 'latest', description: 'where a new feed starts' })),
    ),
    // Events are retained for three days, so a late event is better than a lost one.
    on_invalid_cursor: v.nullish(v.pipe(CursorPolicy, v.metadata({ default: 'earliest' }))),
    format: v.nullish(v.pipe(v.picklist(EVENT_FORMATS), v.metadata({ default: 'json' }))),
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
} as const satisfies SourceFields;

/** For the document: which of the settings of a Salesforce subscription have two names. */
export const salesforceNames = eitherNames(TOPIC_NAMES, ALIAS_NAMES);

const Interval = v.pipe(
  v.string(),
  v.metadata({ examples: ['30s', '1m', '1h30m'], description: 'from `1s` to `31d`' }),
);
const Mapping = v.pipe(v.string(), v.description('Bloblang'));

export const generateFields = {
  settings: { interval: Interval, mapping: Mapping },
  changes: { interval: v.optional(Interval), mapping: v.optional(Mapping) },
  params: { interval: v.string(), mapping: v.string() },
} as const satisfies SourceFields;

/** A subscription without its targets. */
export const subscriptionFields = {
  id: Id,
  name: Name,
  platform: knownValue(['salesforce', 'generate']),
  params: v.pipe(
    v.union([v.looseObject(salesforceFields.params), v.looseObject(generateFields.params)]),
    v.description("the platform's own settings"),
  ),
  paused: v.boolean(),
  status: v.looseObject({ state: knownValue(FEED_STATES), reason: v.optional(Reason) }),
  created_at: Time,
} as const;
