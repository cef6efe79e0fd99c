/** What an org's Data Cloud says about an object of an Ingestion API connector. Used before creating a publication. */
export interface IngestDirectory {
  find(appId: string, authorizationId: string, target: IngestTarget): Promise<IngestAnswer>;
  /** Has Data Cloud validate a record without storing it. The call counts against the org's requests. */
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
  /** Data Cloud's name of the type, e.g. `Text`, `Number`, `Date`, `DateTime`. */
  readonly type: string;
}

export type IngestAnswer =
  /** `fields` is undefined when the user may send to the object but not read its schema. */
  | { readonly kind: 'found'; readonly fields: readonly IngestField[] | undefined }
  /** `known` lists the existing connectors; undefined when the user may not list them. */
  | { readonly kind: 'unknown-connector'; readonly known: readonly string[] | undefined }
  | { readonly kind: 'unknown-object'; readonly known: readonly string[] }
  | IngestFailure;

export type IngestTestAnswer =
  | { readonly kind: 'accepted' }
  /** A sentence that says what Data Cloud found. */
  | { readonly kind: 'refused'; readonly message: string }
  | IngestFailure;

export type IngestFailure =
  /** The authorization currently yields no token for Data Cloud. */
  | { readonly kind: 'not-authorized'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };
