import * as v from 'valibot';
import type { FlagTexts } from '../../../src/domain/command-text.ts';
import { ALIAS_NAMES, type OlderName } from '../../../src/domain/fields.ts';
import type { TargetFields } from '../../../src/domain/publications/target-platform.ts';
import { AuthorizationChange } from '../../../src/management/authorizations/schema.ts';
import { newPublication, publicationChange } from '../../../src/management/publications/schema.ts';
import { NewStream, StreamChange } from '../../../src/management/streams/schema.ts';
import { newSubscription, subscriptionChange } from '../../../src/management/subscriptions/schema.ts';
import { SOURCES } from '../../../src/platforms/sources.ts';
import { TARGETS } from '../../../src/platforms/targets.ts';
import { CREDENTIAL_FIELDS, FLOWS_OF_FIELD } from '../salesforce-credentials.ts';
import type { ResourceKind } from './setup.ts';

// The rules are derived from the schemas of the platforms and the API, so a setting added there is exported and
// applied.

/** One setting of a kind of resource. */
export interface SettingRule {
  readonly name: string;
  /** The schema of its value in a creation. */
  readonly schema: v.GenericSchema;
  /** The schema of its value in a change; undefined if it cannot be changed. */
  readonly change: v.GenericSchema | undefined;
  readonly isRequired: boolean;
  /** The default value; undefined if the setting is then absent. */
  readonly usual: unknown;
  /** Present for a secret, whose value is never shown. */
  readonly secret?: SecretRule | undefined;
  /** What an answer shows while it is set. Settings with the same parameter replace each other. */
  readonly setWhen?: { readonly param: string; readonly is?: string } | undefined;
  /** The setting exists only beside this value of another one; with another value, the service drops it. */
  readonly onlyWith?: { readonly setting: string; readonly is: string } | undefined;
  /** The part of an answer that shows it; undefined if none does. */
  readonly shown: 'params' | 'answer' | undefined;
  /** If absent in a file, the setting stays unchanged in the app rather than returning to its default. */
  readonly staysWhenAbsent: boolean;
  /** Why files do not contain it, and what to do instead. */
  readonly notKept?: string | undefined;
}

export interface SecretRule {
  /** The setting is a list with one value per line. */
  readonly isList: boolean;
  /** If none is given, the service makes one and shows it once, in the answer to the creation. */
  readonly isMade: boolean;
}

/** The settings of one kind of resource, in the order of a file. */
export interface Rules {
  readonly kind: ResourceKind | 'stream';
  readonly platform: string;
  readonly settings: readonly SettingRule[];
  /** Names in the pilot's first version. */
  readonly olderNames: readonly OlderName[];
  /** The setting that names the required authorization. */
  readonly authorizedBy?: string | undefined;
  /** What the service makes if none is given, e.g. `the signing secret`, and its purpose. */
  readonly shownOnce?: { readonly field: string; readonly what: string; readonly text: string } | undefined;
}

/** A creation does not accept it: it is set immediately afterwards. */
export const PAUSED = 'paused';
const FLOW = 'flow';
/** Fields that the command, or the place in the file, determines. */
const LINK_FIELDS: ReadonlySet<string> = new Set(['name', 'target', 'source', 'filter']);

export const AUTHORIZATION_RULES: Rules = {
  kind: 'authorization',
  platform: 'salesforce',
  olderNames: [],
  settings: Object.entries(AuthorizationChange.entries).map(([name, schema]) => ({
    name,
    schema,
    change: schema,
    isRequired: name === FLOW,
    usual: undefined,
    shown: 'answer',
    // An installation may fill them in from its own app.
    staysWhenAbsent: true,
    secret: isSecretCredential(name) ? { isList: false, isMade: false } : undefined,
    setWhen: isSecretCredential(name) ? { param: 'given_secrets', is: name } : undefined,
  })),
};

export const SUBSCRIPTION_RULES: readonly Rules[] = SOURCES.map((source) => {
  const { name: platform, fields, olderNames, command } = source;
  const changes = subscriptionChange([source]).entries;
  const { entries } = newSubscription(source);
  return {
    kind: 'subscription',
    platform,
    olderNames,
    authorizedBy: authorizedBy(olderNames),
    settings: [
      ...platformRules({ fields, olderNames, flags: command.flags, changes }),
      ...commonRules(entries, fields.settings, changes),
    ],
  };
});

export const PUBLICATION_RULES: readonly Rules[] = TARGETS.map((target) => {
  const { name: platform, fields, olderNames, command } = target;
  const changes = publicationChange([target]).entries;
  const { entries } = newPublication(target);
  return {
    kind: 'publication',
    platform,
    olderNames,
    authorizedBy: authorizedBy(olderNames),
    shownOnce: command.shownOnce,
    settings: [
      ...platformRules({ fields, olderNames, flags: command.flags, changes, made: command.shownOnce?.field }),
      ...commonRules(entries, fields.settings, changes),
    ],
  };
});

export const STREAM_RULES: Rules = {
  kind: 'stream',
  platform: '',
  olderNames: [],
  settings: Object.entries(NewStream.entries as v.ObjectEntries)
    .filter(([name]) => name !== 'source' && name !== 'target')
    .map(([name, schema]) => plainRule(name, schema, StreamChange.entries, 'answer')),
};

/** The rules of a platform's subscriptions or publications; undefined if this version does not know the platform. */
export function rulesOf(kind: ResourceKind, platform: string): Rules | undefined {
  if (kind === 'authorization') return AUTHORIZATION_RULES;
  return allRules(kind).find((rules) => rules.platform === platform);
}

export function allRules(kind: 'subscription' | 'publication'): readonly Rules[] {
  return kind === 'subscription' ? SUBSCRIPTION_RULES : PUBLICATION_RULES;
}

function platformRules({
  fields,
  olderNames,
  flags,
  changes,
  made,
}: {
  readonly fields: Pick<TargetFields, 'settings' | 'params'>;
  readonly olderNames: readonly OlderName[];
  readonly flags: FlagTexts;
  readonly changes: v.ObjectEntries;
  readonly made?: string | undefined;
}): readonly SettingRule[] {
  return Object.entries(fields.settings)
    .filter(([name]) => !olderNames.some(([, older]) => older === name))
    .map(([name, schema]) => {
      const flag = flags[name];
      const isMade = name === made;
      const rule = plainRule(name, schema, changes, name in fields.params ? 'params' : undefined);
      return {
        ...rule,
        isRequired: rule.isRequired || olderNames.some(([newer]) => newer === name),
        secret:
          isMade || flag?.secretFile !== undefined
            ? { isList: flag?.isRepeated === true, isMade }
            : undefined,
        setWhen: flag?.setWhen,
        onlyWith: flag?.onlyWith,
        notKept: flag?.notKept,
      };
    });
}

/** The settings that all platforms share: the common fields of a creation, and `paused`. */
function commonRules(
  entries: v.ObjectEntries,
  settings: v.ObjectEntries,
  changes: v.ObjectEntries,
): readonly SettingRule[] {
  const common = Object.entries(entries).filter(([name]) => !(name in settings) && !LINK_FIELDS.has(name));
  const paused = changes[PAUSED];
  return [
    ...common.map(([name, schema]) => plainRule(name, schema, changes, 'answer')),
    // Somebody may have paused it for an hour, so only a file with this setting pauses or resumes it.
    ...(paused === undefined
      ? []
      : [{ ...plainRule(PAUSED, paused, changes, 'answer'), staysWhenAbsent: true }]),
  ];
}

function plainRule(
  name: string,
  schema: v.GenericSchema,
  changes: v.ObjectEntries,
  shown: 'params' | 'answer' | undefined,
): SettingRule {
  return {
    name,
    schema,
    change: changes[name],
    isRequired: !v.is(schema, undefined),
    usual: usualOf(schema),
    shown,
    staysWhenAbsent: false,
  };
}

/** The default from the schema, which the OpenAPI document shows as well. */
function usualOf(schema: v.GenericSchema): unknown {
  const { wrapped } = schema as { readonly wrapped?: v.GenericSchema };
  const { default: own } = v.getMetadata(schema as Parameters<typeof v.getMetadata>[0]) as {
    readonly default?: unknown;
  };
  return own ?? (wrapped === undefined ? undefined : usualOf(wrapped));
}

function authorizedBy(olderNames: readonly OlderName[]): string | undefined {
  return olderNames.find((names) => names[0] === ALIAS_NAMES[0])?.[0];
}

function isSecretCredential(name: string): boolean {
  return name in CREDENTIAL_FIELDS;
}

/** The settings of an authorization that its flow uses. */
export function isOfFlow(setting: string, flow: unknown): boolean {
  const flows = FLOWS_OF_FIELD.get(setting);
  return flows === undefined || flows.some((each) => each === flow);
}
