import type * as v from 'valibot';
import type { Authorization } from '../authorizations/authorization.ts';
import type { AuthorizationStore } from '../authorizations/authorization-store.ts';
import type { IngestDirectory } from '../authorizations/ingest-directory.ts';
import type { TopicDirectory } from '../authorizations/topic-directory.ts';
import type { CommandText, FlagTexts } from '../command-text.ts';
import type { OlderName, ShownOf, ValuesOf } from '../fields.ts';
import type { Refusal, RefusalId } from '../refusal.ts';
import type { SecretBox } from '../secret-box.ts';
import type { AddressRules } from './address-rules.ts';
import type { AllowedTargets } from './allowed-targets.ts';
import type { Platform, PublicationBase, PublicationOf } from './publication.ts';

/**
 * A platform that receives events, described for everything but sending: the API, its document, the CLI and the stack
 * are built from this. It is pure; the platform's `Destination` sends.
 */
export interface TargetPlatform<P extends Platform = Platform, F extends TargetFields = TargetFields> {
  readonly name: P;
  readonly fields: F;
  /** Settings that also accept the pilot's name. One of the two names is required. */
  readonly olderNames: readonly OlderName[];
  /** Summary of the route that creates a publication. */
  readonly summary: string;
  /** Why `create` may refuse. */
  readonly refusals: readonly RefusalId[];
  readonly command: TargetCommand;
  /** The permissions that `functions/deliver` needs to send. */
  readonly grants: TargetGrants;

  /** Checks the settings and adds them to a new publication. Stores nothing. */
  create(
    ports: TargetPorts,
    publication: PublicationBase,
    settings: ValuesOf<F['settings']>,
  ): Promise<TargetCreated<P> | Refusal>;
  /** Checks the changes. Absent settings stay unchanged. */
  change(
    ports: TargetPorts,
    publication: PublicationOf<P>,
    changes: ValuesOf<F['changes']>,
  ): Promise<TargetChanged<P> | Refusal>;
  /** For platforms that sign: replaces the signing secret. The former secret also signs for another `graceMs`. */
  rotateSecret?(
    ports: TargetPorts,
    publication: PublicationOf<P>,
    rotation: SecretRotation,
  ): Promise<TargetRotated<P> | Refusal>;
  /**
   * For platforms that sign with key pairs: the public keys of the pairs that sign at that time; empty if the
   * publication does not use key pairs.
   */
  publicKeys?(publication: PublicationOf<P>, nowMs: number): readonly PublicKey[];
  show(publication: PublicationOf<P>): ShownOf<F['params']>;
}

/** What a platform adds to the requests and answers about its publications. */
export interface TargetFields {
  readonly settings: v.ObjectEntries;
  /** Settings that can be changed later. A name that two platforms share means the same in both. */
  readonly changes: v.ObjectEntries;
  /** The settings shown of a publication. Never a secret. */
  readonly params: v.ObjectEntries;
  /** Values shown once, in the answer to its creation. */
  readonly shownOnce?: v.ObjectEntries;
}

/** The command that creates a publication, and what the platform adds to `events:publications:update`. */
export interface TargetCommand extends CommandText {
  /** What the values shown once are, and what to do with them; required if there are `fields.shownOnce`. */
  readonly shownOnce?: {
    readonly field: string;
    readonly what: string;
    readonly text: string;
    /** With this value of a setting there is nothing to save, as `text` explains, so no file is accepted for it. */
    readonly unless?: { readonly setting: string; readonly value: string; readonly text: string };
  };
  readonly changeFlags: FlagTexts;
}

export interface TargetGrants {
  /** Grants on the key that encrypts the secrets of authorizations and publications. */
  readonly secrets: readonly SecretGrant[];
  /** For an AWS target: grants on each ARN of its kind that the installation allows. */
  readonly aws?: AwsGrant;
}
export interface AwsGrant {
  /** Matches the ARNs of such targets. */
  readonly arns: RegExp;
  readonly actions: readonly string[];
  /** What follows the ARN in the policy, such as `/*` for the contents. */
  readonly suffix?: string;
}
export const SECRET_GRANTS = ['Encrypt', 'Decrypt'] as const;
export type SecretGrant = (typeof SECRET_GRANTS)[number];

/** The ports that a platform may use while a publication is created or changed. */
export interface TargetPorts {
  readonly authorizations: AuthorizationStore;
  readonly topics: TopicDirectory;
  readonly ingest: IngestDirectory;
  readonly secrets: SecretBox;
  readonly addresses: AddressRules;
  readonly allowedTargets: AllowedTargets;
}

export interface TargetCreated<P extends Platform> {
  readonly kind: 'created';
  readonly publication: PublicationOf<P>;
  /** The authorization that the publication uses. It must not be removed meanwhile. */
  readonly authorization?: Pick<Authorization, 'id' | 'alias'>;
  /** The values of `fields.shownOnce`. */
  readonly shownOnce?: Readonly<Record<string, string>>;
}

export interface TargetChanged<P extends Platform> {
  readonly kind: 'changed';
  /** Applies the changes. Called again if somebody else has changed the publication meanwhile. */
  apply(publication: PublicationOf<P>): PublicationOf<P> | Refusal;
}

export interface SecretRotation {
  /** The owner's own secret; undefined: one is generated. */
  readonly secret: string | undefined;
  readonly graceMs: number;
  readonly nowMs: number;
}

/** An Ed25519 JSON Web Key (RFC 8037). */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  /** Base64url of the key's 32 bytes. */
  readonly x: string;
  readonly kid: string;
  readonly use: string;
  readonly alg: string;
}

export interface TargetRotated<P extends Platform> {
  readonly kind: 'rotated';
  /** Sets the new secret. Called again if somebody else has changed the publication meanwhile. */
  apply(publication: PublicationOf<P>): PublicationOf<P> | Refusal;
  /** The values of `fields.shownOnce`; absent if the owner gave the secret, and for a key pair. */
  readonly shownOnce?: Readonly<Record<string, string>>;
}

/** Exists only for its types: the parameters and results of `create`, `change` and `show` follow from the fields. */
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
