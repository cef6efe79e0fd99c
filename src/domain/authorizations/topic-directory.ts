/** The org's two APIs for publishing events. */
export const PUBLISH_VIAS = ['pubsub', 'rest'] as const;
export type PublishVia = (typeof PUBLISH_VIAS)[number];

/**
 * What Salesforce says about a topic. It is asked before a resource that uses the topic is created, through the API
 * that the resource will use.
 */
export interface TopicDirectory {
  find(appId: string, authorizationId: string, topic: string, via: PublishVia): Promise<TopicAnswer>;
}

export type TopicAnswer =
  | { readonly kind: 'found'; readonly canSubscribe: boolean; readonly canPublish: boolean }
  | { readonly kind: 'unknown-topic' }
  /** Salesforce does not let this user see the topic. */
  | { readonly kind: 'not-permitted'; readonly message: string }
  /** The authorization currently yields no access token. */
  | { readonly kind: 'not-authorized'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };
