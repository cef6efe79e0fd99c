/** What Salesforce says of a topic (Pub/Sub API GetTopic). Asked before something is made that needs it. */
export interface TopicDirectory {
  find(appId: string, authorizationId: string, topic: string): Promise<TopicAnswer>;
}

export type TopicAnswer =
  | { readonly kind: 'found'; readonly canSubscribe: boolean; readonly canPublish: boolean }
  | { readonly kind: 'unknown-topic' }
  /** Salesforce does not let this user see the topic. */
  | { readonly kind: 'not-permitted'; readonly message: string }
  /** The authorization gives no access token now. */
  | { readonly kind: 'not-authorized'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };
