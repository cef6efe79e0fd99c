import * as v from 'valibot';
import { knownValue } from '../../src/domain/fields.ts';
import { TargetName, TargetParams } from '../../src/management/publication-fields.ts';
import {
  createdPublication,
  newPublication,
  publicationChange,
} from '../../src/management/publications/schema.ts';
import { SourceParams, SourcePlatformName } from '../../src/management/subscription-fields.ts';
import { newSubscription, subscriptionChange } from '../../src/management/subscriptions/schema.ts';
import { SOURCES } from '../../src/platforms/sources.ts';
import { TARGETS } from '../../src/platforms/targets.ts';

// The schemas that are derived from the lists of platforms.

export const PublicationChange = publicationChange(TARGETS);
export const SubscriptionChange = subscriptionChange(SOURCES);

/** For each target: its requests and answers, and their names in the OpenAPI document. */
export const TARGET_SCHEMAS = TARGETS.map((target) => ({
  target,
  requestName: `New${capitalized(target.name)}Publication`,
  request: newPublication(target),
  answerName:
    target.fields.shownOnce === undefined ? undefined : `Created${capitalized(target.name)}Publication`,
  answer: createdPublication(target),
}));

/** For each source: its requests, and their names in the OpenAPI document. */
export const SOURCE_SCHEMAS = SOURCES.map((source) => ({
  source,
  requestName: `New${capitalized(source.name)}Subscription`,
  request: newSubscription(source),
}));

/** For the OpenAPI document: what the platform-neutral schemas stand for. */
export const PLATFORM_FIELDS: ReadonlyMap<v.GenericSchema, v.GenericSchema> = new Map<
  v.GenericSchema,
  v.GenericSchema
>([
  [TargetName, knownValue(TARGETS.map(({ name }) => name))],
  [TargetParams, paramsOf(TARGETS, "the platform's own settings; secrets are never shown")],
  [SourcePlatformName, knownValue(SOURCES.map(({ name }) => name))],
  [SourceParams, paramsOf(SOURCES, "the platform's own settings")],
]);

function paramsOf(
  platforms: readonly { readonly fields: { readonly params: v.ObjectEntries } }[],
  description: string,
): v.GenericSchema {
  return v.pipe(
    v.union(platforms.map(({ fields }) => v.looseObject(fields.params))),
    v.description(description),
  );
}

export function capitalized(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
