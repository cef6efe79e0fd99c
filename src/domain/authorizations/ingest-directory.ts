/** What an org's Data Cloud says of an object of an Ingestion API connector. Asked before a publication to it is made. */
export interface IngestDirectory {
  find(appId: string, authorizationId: string, target: IngestTarget): Promise<IngestAnswer>;
  /** Has Data Cloud judge a record as if it were sent. Nothing is stored. Counts against the org's requests. */
  test(
    appId: string,
    authorizationId: string,
    target: IngestTarget,
    record: IngestRecord,
  ): Promise<IngestTestAnswer>;
}

export interface IngestTarget {
  /** The connector's API name, e.g. `SalesConnector`. */
  readonly connector: string;
  /** An object of the schema that was uploaded for it, e.g. `Orders`. */
  readonly object: string;
}

export type IngestRecord = Readonly<Record<string, unknown>>;

export interface IngestField {
  readonly name: string;
  /** As Data Cloud names it, e.g. `Text`, `Number`, `Date`, `DateTime`. */
  readonly type: string;
}

export type IngestAnswer =
  /** Without fields: the user may send to the object, and may not read its schema. */
  | { readonly kind: 'found'; readonly fields: readonly IngestField[] | undefined }
  /** `known`: those that there are; undefined where the user may not list them. */
  | { readonly kind: 'unknown-connector'; readonly known: readonly string[] | undefined }
  | { readonly kind: 'unknown-object'; readonly known: readonly string[] }
  | IngestFailure;

export type IngestTestAnswer =
  | { readonly kind: 'accepted' }
  /** A sentence that says what Data Cloud found. */
  | { readonly kind: 'refused'; readonly message: string }
  | IngestFailure;

export type IngestFailure =
  /** The authorization gives no token for Data Cloud now. */
  | { readonly kind: 'not-authorized'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };
