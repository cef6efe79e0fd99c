import type {
  PublishVia,
  TopicAnswer,
  TopicDirectory,
} from '../../src/domain/authorizations/topic-directory.ts';

const TOPICS: ReadonlyMap<string, TopicAnswer> = new Map([
  ['/data/OpportunityChangeEvent', { kind: 'found', canSubscribe: true, canPublish: false }],
  ['/event/Order_Placed__e', { kind: 'found', canSubscribe: true, canPublish: true }],
  ['/event/Read_Only__e', { kind: 'found', canSubscribe: true, canPublish: false }],
  ['/event/Hidden__e', { kind: 'not-permitted', message: 'expected read access to Hidden__e' }],
  ['/event/Far_Away__e', { kind: 'unreachable', message: 'the Pub/Sub API did not answer in time' }],
]);

/** An org's topics as Salesforce reports them: the far side of the network. */
export class FarTopics implements TopicDirectory {
  /** If set, the answer to every request. */
  failure: TopicAnswer | undefined;

  async find(_appId: string, _authorizationId: string, topic: string, via: PublishVia): Promise<TopicAnswer> {
    const answer = this.failure ?? TOPICS.get(topic) ?? { kind: 'unknown-topic' };
    // Salesforce's REST API says nothing about subscribing.
    return answer.kind === 'found' && via === 'rest' ? { ...answer, canSubscribe: false } : answer;
  }
}
