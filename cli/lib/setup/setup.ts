/** The content of a file for `sluice export` and `sluice apply`: one app's resources, as people set them. */
export interface Setup {
  readonly authorizations: readonly Resource[];
  readonly subscriptions: readonly Resource[];
  readonly publications: readonly Resource[];
  readonly streams: readonly Stream[];
}

/** An authorization, a subscription or a publication. */
export interface Resource {
  readonly kind: ResourceKind;
  /** The name, or an authorization's alias. */
  readonly name: string;
  readonly platform: string;
  /** Settings by their names in the API. An absent one has its default. Secrets are never among them. */
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** The line in the file; undefined if it does not come from a file. */
  readonly line?: number | undefined;
}

export interface Stream {
  readonly kind: 'stream';
  /** `source` names a subscription, `target` a publication. */
  readonly source: string;
  readonly target: string;
  readonly settings: Settings;
  readonly line?: number | undefined;
}

export type ResourceKind = 'authorization' | 'subscription' | 'publication';
export type Item = Resource | Stream;

export type Settings = ReadonlyMap<string, unknown>;
/** Secrets by the name of the setting. */
export type Secrets = ReadonlyMap<string, SecretReference>;

/** The place from which a secret is read when needed. */
export type SecretReference =
  /** An environment variable. */
  | { readonly env: string }
  /** A path relative to the folder of the file that names it. */
  | { readonly file: string };

/** The name for messages, which also identifies it, e.g. `publication crm` or `stream accountChange → crm`. */
export function titleOf(item: Item): string {
  return item.kind === 'stream' ? `stream ${item.source} → ${item.target}` : `${item.kind} ${item.name}`;
}

/** The items in order of creation: each follows those that it depends on. */
export function itemsOf({ authorizations, publications, subscriptions, streams }: Setup): readonly Item[] {
  return [...authorizations, ...publications, ...subscriptions, ...streams];
}
