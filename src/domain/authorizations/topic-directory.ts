/** Which of an org's two APIs publishes. */
export const PUBLISH_VIAS = ['pubsub', 'rest'] as const;
export type PublishVia = (typeof PUBLISH_VIAS)[number];

/** What Salesforce says of a topic. Asked before something is made that needs it, by the API that it will use. */
export interface TopicDirectory {
  find(appId: string, authorizationId: string, topic: string, via: PublishVia): Promise<TopicAnswer>;
}

export type TopicAnswer =
  | { readonly kind: 'found'; readonly canSubscribe: boolean; readonly canPublish: boolean }
  | { readonly kind: 'unknown-topic' }
  /** Salesforce does not let this user see the topic. */
  | { readonly kind: 'not-permitted'; readonly message: string }
  /** The authorization gives no access token now. */
  | { readonly kind: 'not-authorized'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };
