import type * as v from 'valibot';
import type { Authorization } from '../authorizations/authorization.ts';
import type { AuthorizationStore } from '../authorizations/authorization-store.ts';
import type { IngestDirectory } from '../authorizations/ingest-directory.ts';
import type { TopicDirectory } from '../authorizations/topic-directory.ts';
import type { CommandText, FlagTexts } from '../command-text.ts';
import type { Event } from '../events/event.ts';
import type { OlderName, ShownOf, ValuesOf } from '../fields.ts';
import type { Refusal, RefusalId } from '../refusal.ts';
import type { SecretBox } from '../secret-box.ts';
import type { AddressRules } from './address-rules.ts';
import type { Platform, PublicationBase, PublicationOf } from './publication.ts';

/**
 * A platform that events go to, as everything but the sending knows it: the API, its document, the CLI and the stack are made of
 * this. Pure; what sends is the platform's `Destination`.
 */
export interface TargetPlatform<P extends Platform = Platform, F extends TargetFields = TargetFields> {
  readonly name: P;
  readonly fields: F;
  /** Settings that may be given by the name of the pilot as well. One of the two is required. */
  readonly olderNames: readonly OlderName[];
  /** Of the route that creates a publication. */
  readonly summary: string;
  /** Why `create` may refuse. */
  readonly refusals: readonly RefusalId[];
  readonly command: TargetCommand;
  /** What `functions/deliver` may do so that it can send. */
  readonly grants: TargetGrants;

  /** Checks the settings, and adds them to a new publication. Stores nothing. */
  create(
    ports: TargetPorts,
    publication: PublicationBase,
    settings: ValuesOf<F['settings']>,
  ): Promise<TargetCreated<P> | Refusal>;
  /** Checks the changes. What is absent stays as it is. */
  change(
    ports: TargetPorts,
    publication: PublicationOf<P>,
    changes: ValuesOf<F['changes']>,
  ): Promise<TargetChanged<P> | Refusal>;
  /** Where a publication signs: puts another secret in the place of the one that signs, which goes on signing for `graceMs`. */
  rotateSecret?(
    ports: TargetPorts,
    publication: PublicationOf<P>,
    rotation: SecretRotation,
  ): Promise<TargetRotated<P> | Refusal>;
  /** Where a publication signs by key pairs: the public keys of those that sign at that time. Empty where it does not. */
  publicKeys?(publication: PublicationOf<P>, nowMs: number): readonly PublicKey[];
  show(publication: PublicationOf<P>): ShownOf<F['params']>;
  /** Judges an event that an app publishes, before it is queued: what can never be sent is refused at once. */
  accept(publication: PublicationOf<P>, event: Event): Accepted;
}

/** What a platform adds to the requests and answers about its publications. */
export interface TargetFields {
  readonly settings: v.ObjectEntries;
  /** Settings that can be changed later. A name that two platforms share means the same in both. */
  readonly changes: v.ObjectEntries;
  /** What is shown of a publication. Never a secret. */
  readonly params: v.ObjectEntries;
  /** What is shown once, in the answer to its creation. */
  readonly shownOnce?: v.ObjectEntries;
}

/** The command that creates a publication, and what the platform adds to `events:publications:update`. */
export interface TargetCommand extends CommandText {
  /** What it is that is shown once, and what to do with it; needed where `fields.shownOnce` is. */
  readonly shownOnce?: {
    readonly field: string;
    readonly what: string;
    readonly text: string;
    /** Nothing is made that is to be kept where a setting has this value, and why; then no file is taken for it. */
    readonly unless?: { readonly setting: string; readonly value: string; readonly text: string };
  };
  readonly changeFlags: FlagTexts;
}

export interface TargetGrants {
  /** Of the key under which the secrets of authorizations and publications are stored. */
  readonly secrets: readonly SecretGrant[];
}
export const SECRET_GRANTS = ['Encrypt', 'Decrypt'] as const;
export type SecretGrant = (typeof SECRET_GRANTS)[number];

/** What a platform may ask of the world while a publication is created or changed. */
export interface TargetPorts {
  readonly authorizations: AuthorizationStore;
  readonly topics: TopicDirectory;
  readonly ingest: IngestDirectory;
  readonly secrets: SecretBox;
  readonly addresses: AddressRules;
}

export type Accepted =
  /** The event as it is to be queued. */
  | { readonly ok: true; readonly event: Event }
  /** A sentence that says what was expected. */
  | { readonly ok: false; readonly message: string };

export interface TargetCreated<P extends Platform> {
  readonly kind: 'created';
  readonly publication: PublicationOf<P>;
  /** The authorization that the publication uses: it must not go away meanwhile. */
  readonly authorization?: Pick<Authorization, 'id' | 'alias'>;
  /** The values of `fields.shownOnce`. */
  readonly shownOnce?: Readonly<Record<string, string>>;
}

export interface TargetChanged<P extends Platform> {
  readonly kind: 'changed';
  /** The publication with its changes. Asked again when somebody else has changed it meanwhile. */
  apply(publication: PublicationOf<P>): PublicationOf<P> | Refusal;
}

export interface SecretRotation {
  /** The owner's own; undefined: one is made. */
  readonly secret: string | undefined;
  readonly graceMs: number;
  readonly nowMs: number;
}

/** A JSON Web Key of ed25519 (RFC 8037). */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  /** Base64url of its 32 bytes. */
  readonly x: string;
  readonly kid: string;
  readonly use: string;
  readonly alg: string;
}

export interface TargetRotated<P extends Platform> {
  readonly kind: 'rotated';
  /** The publication with its new secret. Asked again when somebody else has changed it meanwhile. */
  apply(publication: PublicationOf<P>): PublicationOf<P> | Refusal;
  /** The values of `fields.shownOnce`; absent where the owner gave the secret, and of a key pair. */
  readonly shownOnce?: Readonly<Record<string, string>>;
}

/** For the types alone: what `create`, `change` and `show` take and give follows from the fields. */
export function defineTarget<P extends Platform, const F extends TargetFields>(
  target: TargetPlatform<P, F>,
): TargetPlatform<P, F> {
  return target;
}

export function targetNamed(targets: readonly TargetPlatform[], name: Platform): TargetPlatform {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) throw new Error(`expected ${name} to be among the targets`);
  return target;
}
