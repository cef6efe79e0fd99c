import type * as v from 'valibot';
import type { Authorization } from '../authorizations/authorization.ts';
import type { AuthorizationStore } from '../authorizations/authorization-store.ts';
import type { TopicDirectory } from '../authorizations/topic-directory.ts';
import type { CommandText, FlagTexts } from '../command-text.ts';
import type { CursorPolicy } from '../feeds/feed.ts';
import type { OlderName, ShownOf, ValuesOf } from '../fields.ts';
import type { Refusal, RefusalId } from '../refusal.ts';
import type { SecretBox } from '../secret-box.ts';
import type { SourceName, SubscriptionBase, SubscriptionOf } from './subscription.ts';

/**
 * A platform that events come from, described for everything but reading: the API, its document and the CLI are built
 * from this. It is pure.
 */
export interface SourcePlatform<P extends SourceName = SourceName, F extends SourceFields = SourceFields> {
  readonly name: P;
  /** What messages call a subscription to it. */
  readonly noun: string;
  readonly fields: F;
  /** Settings that also accept the pilot's name. One of the two names is required. */
  readonly olderNames: readonly OlderName[];
  /** The route that creates a subscription. */
  readonly operation: { readonly id: string; readonly summary: string };
  /** Why `create` may refuse. */
  readonly refusals: readonly RefusalId[];
  /** Why `change` may refuse. */
  readonly changeRefusals: readonly RefusalId[];
  readonly command: SourceCommand;

  /** Checks the settings and adds them to a new subscription. Stores nothing. */
  create(
    ports: SourcePorts,
    subscription: SubscriptionBase,
    settings: ValuesOf<F['settings']>,
  ): Promise<SourceCreated<P> | Refusal>;
  /** Checks the changes. Absent settings stay unchanged. */
  change(
    ports: Pick<SourcePorts, 'mappingFault' | 'expressionFault' | 'secrets'>,
    changes: ValuesOf<F['changes']>,
    subscription: SubscriptionOf<P>,
  ): SourceChanged<P> | Refusal | Promise<SourceChanged<P> | Refusal>;
  show(subscription: SubscriptionOf<P>): ShownOf<F['params']>;
}

/** What a platform adds to the requests and answers about its subscriptions. */
export interface SourceFields {
  readonly settings: v.ObjectEntries;
  /** Settings that can be changed later. A name that two platforms share means the same in both. */
  readonly changes: v.ObjectEntries;
  /** The settings shown of a subscription. */
  readonly params: v.ObjectEntries;
}

/** The command that creates a subscription, and what the platform adds to `events:subscriptions:update`. */
export interface SourceCommand extends CommandText {
  /** The noun in the progress line of the creation. */
  readonly noun: string;
  readonly changeFlags: FlagTexts;
  /** The character of `--target`. */
  readonly targetChar?: 't';
}

/** The ports that a platform may use while a subscription is created or changed. */
export interface SourcePorts {
  readonly authorizations: AuthorizationStore;
  readonly topics: TopicDirectory;
  /** A sentence that says why a Bloblang mapping can never produce an event; undefined when it can. */
  readonly mappingFault: (mapping: string) => string | undefined;
  /** A sentence that says why a Bloblang expression does not compile; undefined when it does. */
  readonly expressionFault: (expression: string) => string | undefined;
  readonly secrets: SecretBox;
}

export interface SourceCreated<P extends SourceName> {
  readonly kind: 'created';
  readonly subscription: SubscriptionOf<P>;
  /** The authorization that the subscription uses. It must not be removed meanwhile. */
  readonly authorization?: Pick<Authorization, 'id' | 'alias'>;
}

export interface SourceChanged<P extends SourceName> {
  readonly kind: 'changed';
  /** The feed's new policy for a cursor that is no longer accepted; it applies to all subscriptions of the feed. */
  readonly cursorPolicy?: CursorPolicy | undefined;
  /** Applies the changes. Called again if somebody else has changed the subscription meanwhile. */
  apply(subscription: SubscriptionOf<P>, nowMs: number): SubscriptionOf<P>;
}

/** Exists only for its types: the parameters and results of `create`, `change` and `show` follow from the fields. */
export function defineSource<P extends SourceName, const F extends SourceFields>(
  source: SourcePlatform<P, F>,
): SourcePlatform<P, F> {
  return source;
}

export function sourceNamed(sources: readonly SourcePlatform[], name: SourceName): SourcePlatform {
  const source = sources.find((each) => each.name === name);
  if (source === undefined) throw new Error(`expected ${name} to be among the sources`);
  return source;
}
