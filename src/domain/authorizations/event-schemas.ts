import type { TopicAnswer } from './topic-directory.ts';

/** Describes the data of a topic's events. */
export interface EventSchemas {
  /**
   * Finds the schema of a topic with one kind of event. A channel with several has no schema of its own (`several`).
   */
  find(appId: string, authorizationId: string, topic: string): Promise<SchemaAnswer>;
}

export type SchemaAnswer =
  | {
      readonly kind: 'found';
      readonly schemaId: string;
      /** Every type that the topic's events may have, as `toCloudEvent` writes it. */
      readonly eventTypes: readonly string[];
      /** JSON Schema 2020-12 of an event's data in the format `json`. */
      readonly dataSchema: { readonly [keyword: string]: unknown };
    }
  | { readonly kind: 'several' }
  | { readonly kind: 'unreadable'; readonly message: string }
  | Exclude<TopicAnswer, { readonly kind: 'found' }>;
