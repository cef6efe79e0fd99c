import type { PublishVia, TopicAnswer, TopicDirectory } from '../../domain/authorizations/topic-directory.ts';
import type { OrgConnections } from './org-connections.ts';
import { eventName } from './publish-by-rest.ts';
import type { RpcFailure } from './pubsub/rpc-failure.ts';
import type { OrgRest } from './rest.ts';
import { failureOfRest } from './rest-outcome.ts';

/** Looks up a topic in the Pub/Sub API (GetTopic), or its event in the REST API (describe). */
export class OrgTopicDirectory implements TopicDirectory {
  readonly #connections: OrgConnections;
  readonly #rest: OrgRest;

  constructor(connections: OrgConnections, rest: OrgRest) {
    this.#connections = connections;
    this.#rest = rest;
  }

  find(appId: string, authorizationId: string, topic: string, via: PublishVia): Promise<TopicAnswer> {
    return via === 'rest'
      ? this.#findByRest(appId, authorizationId, topic)
      : this.#findByPubSub(appId, authorizationId, topic);
  }

  async #findByRest(appId: string, authorizationId: string, topic: string): Promise<TopicAnswer> {
    const answer = await this.#rest.describe(appId, authorizationId, eventName(topic));
    switch (answer.kind) {
      case 'answered':
        // The describe does not say whether the user may subscribe; nobody subscribes by REST.
        return { kind: 'found', canSubscribe: false, canPublish: answer.value.createable };
      case 'not-found':
        return { kind: 'unknown-topic' };
      case 'not-authorized':
        return { kind: 'not-authorized', message: answer.message };
      case 'failed':
        return { kind: 'unreachable', message: failureOfRest(answer).message };
    }
  }

  async #findByPubSub(appId: string, authorizationId: string, topic: string): Promise<TopicAnswer> {
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
        return topicFailure(outcome.failure);
    }
  }
}

/** Failures that another topic name would fix; without an error code, Salesforce leaves only the status. */
const UNKNOWN_TOPIC_IDS: ReadonlySet<string> = new Set([
  'topic.not.found',
  'topic.validation.empty',
  'not-found',
  'invalid-argument',
]);

/** What a failed topic look-up says about the topic. */
export function topicFailure(failure: RpcFailure): Exclude<TopicAnswer, { readonly kind: 'found' }> {
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
    case 'unclear':
      return { kind: 'unreachable', message: failure.message };
  }
}
