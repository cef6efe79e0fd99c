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

// All of it follows from what the platforms and the API say of themselves: a setting that is added there is exported and applied.

/** One setting of a kind of resource. */
export interface SettingRule {
  readonly name: string;
  /** Of its value in a creation. */
  readonly schema: v.GenericSchema;
  /** Of its value in a change; undefined: it can't be changed. */
  readonly change: v.GenericSchema | undefined;
  readonly isRequired: boolean;
  /** What it is when nobody gives it; undefined where it is then absent. */
  readonly usual: unknown;
  /** Present: its value is never shown. */
  readonly secret?: SecretRule | undefined;
  /** What an answer shows while it is set. Settings with the same parameter take each other's place. */
  readonly setWhen?: { readonly param: string; readonly is?: string } | undefined;
  /** Where an answer shows it; undefined: nowhere. */
  readonly shown: 'params' | 'answer' | undefined;
  /** Absent in a file, it stays as it is in the app, instead of having its usual value. */
  readonly staysWhenAbsent: boolean;
  /** Why no file has it, and what to do instead. */
  readonly notKept?: string | undefined;
}

export interface SecretRule {
  /** The setting is a list: one a line. */
  readonly isList: boolean;
  /** One that is not given is made, and shown once, in the answer to the creation. */
  readonly isMade: boolean;
}

/** The settings of one kind of resource, in the order of a file. */
export interface Rules {
  readonly kind: ResourceKind | 'stream';
  readonly platform: string;
  readonly settings: readonly SettingRule[];
  /** Names that the pilot's first version had. */
  readonly olderNames: readonly OlderName[];
  /** The setting that names the authorization that it needs. */
  readonly authorizedBy?: string | undefined;
  /** What is made where nobody gives one, e.g. `the signing secret`, and what it is for. */
  readonly shownOnce?: { readonly field: string; readonly what: string; readonly text: string } | undefined;
}

/** No creation takes it: it is set right afterwards. */
export const PAUSED = 'paused';
const FLOW = 'flow';
/** Given by the command, or by the place in the file. */
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
    // An installation may fill them in, from an app of its own.
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

/** Of the subscriptions or the publications of a platform; undefined when this version does not know it. */
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
        notKept: flag?.notKept,
      };
    });
}

/** Those that all platforms have: what a creation takes beside the platform's own, and whether it is paused. */
function commonRules(
  entries: v.ObjectEntries,
  settings: v.ObjectEntries,
  changes: v.ObjectEntries,
): readonly SettingRule[] {
  const common = Object.entries(entries).filter(([name]) => !(name in settings) && !LINK_FIELDS.has(name));
  const paused = changes[PAUSED];
  return [
    ...common.map(([name, schema]) => plainRule(name, schema, changes, 'answer')),
    // Somebody may have paused it for an hour: only a file that says so pauses or resumes.
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

/** The default that the schema tells of: in the API's document, too. */
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
