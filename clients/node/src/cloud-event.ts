/** An event of CloudEvents 1.0, with the extension attributes that it came with. */
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
  /** Bytes in base64. An event has this or `data`, or neither. */
  readonly data_base64?: string;
  readonly [attribute: string]: unknown;
}

/** An event to publish. What is missing is filled in once, before the first attempt. */
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
