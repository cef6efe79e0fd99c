/** What a file of `sluice export` and `sluice apply` says: the resources of one app, as people set them. */
export interface Setup {
  readonly authorizations: readonly Resource[];
  readonly subscriptions: readonly Resource[];
  readonly publications: readonly Resource[];
  readonly streams: readonly Stream[];
}

/** An authorization, a subscription or a publication. */
export interface Resource {
  readonly kind: ResourceKind;
  /** Or its alias. */
  readonly name: string;
  readonly platform: string;
  /** By their names in the API. What is absent has its usual value. Never a secret. */
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** In the file; undefined where it does not come from one. */
  readonly line?: number | undefined;
}

export interface Stream {
  readonly kind: 'stream';
  /** Names of a subscription and of a publication. */
  readonly source: string;
  readonly target: string;
  readonly settings: Settings;
  readonly line?: number | undefined;
}

export type ResourceKind = 'authorization' | 'subscription' | 'publication';
export type Item = Resource | Stream;

export type Settings = ReadonlyMap<string, unknown>;
/** By the name of the setting. */
export type Secrets = ReadonlyMap<string, SecretReference>;

/** Where a secret is read from when it is needed. */
export type SecretReference =
  /** An environment variable. */
  | { readonly env: string }
  /** A path, from the folder of the file that names it. */
  | { readonly file: string };

/** e.g. `publication crm`, `stream accountChange → crm`: what messages call it, and what it is known by. */
export function titleOf(item: Item): string {
  return item.kind === 'stream' ? `stream ${item.source} → ${item.target}` : `${item.kind} ${item.name}`;
}

/** In the order in which they are made: each after what it needs. */
export function itemsOf({ authorizations, publications, subscriptions, streams }: Setup): readonly Item[] {
  return [...authorizations, ...publications, ...subscriptions, ...streams];
}
