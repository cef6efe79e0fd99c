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
 * A platform that events come from, as everything but the reading knows it: the API, its document and the CLI are made of this.
 * Pure.
 */
export interface SourcePlatform<P extends SourceName = SourceName, F extends SourceFields = SourceFields> {
  readonly name: P;
  /** What a subscription to it is called in messages. */
  readonly noun: string;
  readonly fields: F;
  /** Settings that may be given by the name of the pilot as well. One of the two is required. */
  readonly olderNames: readonly OlderName[];
  /** The route that creates a subscription. */
  readonly operation: { readonly id: string; readonly summary: string };
  /** Why `create` may refuse. */
  readonly refusals: readonly RefusalId[];
  /** Why `change` may refuse. */
  readonly changeRefusals: readonly RefusalId[];
  readonly command: SourceCommand;

  /** Checks the settings, and adds them to a new subscription. Stores nothing. */
  create(
    ports: SourcePorts,
    subscription: SubscriptionBase,
    settings: ValuesOf<F['settings']>,
  ): Promise<SourceCreated<P> | Refusal>;
  /** Checks the changes. What is absent stays as it is. */
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
  /** What is shown of a subscription. */
  readonly params: v.ObjectEntries;
}

/** The command that creates a subscription, and what the platform adds to `events:subscriptions:update`. */
export interface SourceCommand extends CommandText {
  /** What is made, for the line that says that it is being made. */
  readonly noun: string;
  readonly changeFlags: FlagTexts;
  /** The character of `--target`. */
  readonly targetChar?: 't';
}

/** What a platform may ask of the world while a subscription is created or changed. */
export interface SourcePorts {
  readonly authorizations: AuthorizationStore;
  readonly topics: TopicDirectory;
  /** A sentence that says why a Bloblang mapping can never make an event; undefined when it can. */
  readonly mappingFault: (mapping: string) => string | undefined;
  /** A sentence that says why a Bloblang expression does not compile; undefined when it does. */
  readonly expressionFault: (expression: string) => string | undefined;
  readonly secrets: SecretBox;
}

export interface SourceCreated<P extends SourceName> {
  readonly kind: 'created';
  readonly subscription: SubscriptionOf<P>;
  /** The authorization that the subscription uses: it must not go away meanwhile. */
  readonly authorization?: Pick<Authorization, 'id' | 'alias'>;
}

export interface SourceChanged<P extends SourceName> {
  readonly kind: 'changed';
  /** What the feed that it reads does from now on about a cursor that is no longer accepted: for all who share the feed. */
  readonly cursorPolicy?: CursorPolicy | undefined;
  /** The subscription with its changes. Asked again when somebody else has changed it meanwhile. */
  apply(subscription: SubscriptionOf<P>, nowMs: number): SubscriptionOf<P>;
}

/** For the types alone: what `create`, `change` and `show` take and give follows from the fields. */
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
