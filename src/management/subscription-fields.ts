import * as v from 'valibot';
import { FEED_STATES } from '../domain/feeds/feed.ts';
import {
  Address,
  Count,
  Id,
  knownValue,
  Name,
  platformName,
  platformParams,
  Reason,
  Time,
} from '../domain/fields.ts';

// This file does not know the sources; the OpenAPI document fills both in from the list of sources.
export const SourcePlatformName = platformName();
export const SourceParams = platformParams();

/** A subscription without its targets. */
export const subscriptionFields = {
  id: Id,
  name: Name,
  platform: SourcePlatformName,
  params: SourceParams,
  inbound_url: v.optional(
    v.pipe(
      Address,
      v.description(
        'of a webhook subscription: where events are posted to. Whoever knows it may try, so a session of the console gets the subscription without it',
      ),
    ),
  ),
  paused: v.boolean(),
  keep_last: v.optional(
    v.pipe(Count, v.description('how many of its last events are kept with their payloads')),
  ),
  status: v.looseObject({ state: knownValue(FEED_STATES), reason: v.optional(Reason) }),
  created_at: Time,
} as const;
