/** A CloudEvents 1.0 event, including its extension attributes. */
export interface CloudEvent<Data = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data?: Data;
  /** Binary data in base64. An event has this or `data`, or neither. */
  readonly data_base64?: string;
  readonly [attribute: string]: unknown;
}

/** An event to publish. Missing attributes are filled in once, before the first attempt. */
export interface NewCloudEvent<Data = unknown> {
  readonly source: string;
  readonly type: string;
  readonly id?: string;
  readonly subject?: string;
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data?: Data;
  readonly data_base64?: string;
  readonly [attribute: string]: unknown;
}
