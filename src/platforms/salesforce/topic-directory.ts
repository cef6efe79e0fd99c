import type { TopicAnswer, TopicDirectory } from '../../domain/feeds/topic-directory.ts';
import type { OrgConnections } from './org-connections.ts';
import type { RpcFailure } from './pubsub/rpc-failure.ts';

/** Asks the Pub/Sub API for a topic (GetTopic). */
export class PubSubTopicDirectory implements TopicDirectory {
  readonly #connections: OrgConnections;

  constructor(connections: OrgConnections) {
    this.#connections = connections;
  }

  async find(appId: string, authorizationId: string, topic: string): Promise<TopicAnswer> {
    const outcome = await this.#connections.call(appId, authorizationId, ({ client, session }) =>
      client.getTopic(session, topic),
    );
    switch (outcome.kind) {
      case 'answered': {
        const { canSubscribe, canPublish } = outcome.value;
        return { kind: 'found', canSubscribe, canPublish };
      }
      case 'not-authorized':
        return { kind: 'not-authorized', message: outcome.message };
      case 'failed':
        return answerOf(outcome.failure);
    }
  }
}

/** Failures after which another topic name helps; without an error code Salesforce leaves only the status. */
const UNKNOWN_TOPIC_IDS: ReadonlySet<string> = new Set([
  'topic.not.found',
  'topic.validation.empty',
  'not-found',
  'invalid-argument',
]);

function answerOf(failure: RpcFailure): TopicAnswer {
  if (UNKNOWN_TOPIC_IDS.has(failure.id)) return { kind: 'unknown-topic' };
  switch (failure.kind) {
    case 'fatal':
      return { kind: 'not-permitted', message: failure.message };
    case 'reauth':
      return { kind: 'not-authorized', message: failure.message };
    case 'retry':
    case 'slow-down':
    case 'quota':
    case 'cursor-invalid':
      return { kind: 'unreachable', message: failure.message };
  }
}
