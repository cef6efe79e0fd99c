import type { TopicAnswer } from './topic-directory.ts';

/** Which data the events of a topic have. */
export interface EventSchemas {
  /** For topics of one kind of event; a channel of several has no schema of its own (`several`). */
  find(appId: string, authorizationId: string, topic: string): Promise<SchemaAnswer>;
}

export type SchemaAnswer =
  | {
      readonly kind: 'found';
      readonly schemaId: string;
      /** Every type that its events may have, as `toCloudEvent` writes it. */
      readonly eventTypes: readonly string[];
      /** Of an event's data, in the format `json`: JSON Schema 2020-12. */
      readonly dataSchema: { readonly [keyword: string]: unknown };
    }
  | { readonly kind: 'several' }
  | { readonly kind: 'unreadable'; readonly message: string }
  | Exclude<TopicAnswer, { readonly kind: 'found' }>;
