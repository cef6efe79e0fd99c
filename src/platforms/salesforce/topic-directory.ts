import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { SessionResult, TokenSource } from '../../domain/authorizations/token-source.ts';
import type { TopicAnswer, TopicDirectory } from '../../domain/feeds/topic-directory.ts';
import type { PubSubClients } from './pubsub/client.ts';
import type { RpcFailure } from './pubsub/rpc-failure.ts';

export interface TopicDirectoryPorts {
  readonly authorizations: AuthorizationStore;
  readonly tokens: TokenSource;
  readonly clients: Pick<PubSubClients, 'at'>;
}

/** Asks the Pub/Sub API for a topic (GetTopic), once more with a new access token when the first was refused. */
export class PubSubTopicDirectory implements TopicDirectory {
  readonly #ports: TopicDirectoryPorts;

  constructor(ports: TopicDirectoryPorts) {
    this.#ports = ports;
  }

  async find(appId: string, authorizationId: string, topic: string): Promise<TopicAnswer> {
    const { authorizations, tokens, clients } = this.#ports;
    const authorization = await authorizations.get(appId, authorizationId);
    if (authorization === undefined) return { kind: 'not-authorized', message: GONE };
    const client = clients.at({
      address: authorization.pubsubEndpoint,
      insecure: authorization.insecure,
    });
    let refusedToken: string | undefined;
    for (;;) {
      const renewal = refusedToken === undefined ? undefined : { refusedToken };
      const result: SessionResult = await tokens.session(appId, authorizationId, renewal);
      if (result.kind !== 'session') return withoutSession(result);
      const answer = await client.getTopic(result.session, topic);
      if (answer.ok) {
        const { canSubscribe, canPublish } = answer.value;
        return { kind: 'found', canSubscribe, canPublish };
      }
      if (answer.kind === 'reauth' && refusedToken === undefined) {
        refusedToken = result.session.accessToken;
        continue;
      }
      return answerOf(answer);
    }
  }
}

const GONE = 'the authorization was deleted meanwhile: authorize the org again';

function withoutSession(result: Exclude<SessionResult, { kind: 'session' }>): TopicAnswer {
  switch (result.kind) {
    case 'failing':
      return { kind: 'unreachable', message: result.reason.message };
    case 'dead':
      return { kind: 'not-authorized', message: result.reason.message };
    case 'gone':
      return { kind: 'not-authorized', message: GONE };
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
