import { unreachable } from '../../base/unreachable.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Authorization } from './authorization.ts';
import type { AuthorizationStore } from './authorization-store.ts';
import type { EventSchemas, SchemaAnswer } from './event-schemas.ts';
import type { PublishVia, TopicAnswer, TopicDirectory } from './topic-directory.ts';

/** Topics of change events and platform events: standard ones, custom ones and custom channels. */
const TOPIC = /^\/(?:data|event)\/[A-Za-z][A-Za-z0-9_]{0,250}$/;

/** The authorization with that alias or id, if it can call Salesforce. A failing one may have recovered. */
export async function authorizationForUse(
  authorizations: AuthorizationStore,
  appId: string,
  aliasOrId: string,
): Promise<Authorization | Refusal> {
  const authorization = await authorizations.get(appId, aliasOrId);
  if (authorization === undefined) {
    return refuse(
      'not-found',
      `expected the alias or id of an authorization of this app, found ${JSON.stringify(aliasOrId.slice(0, 100))}; \`sluice events:authorizations\` lists them`,
    );
  }
  if (authorization.status === 'active' || authorization.status === 'failing') return authorization;
  const advice =
    authorization.status === 'pending'
      ? 'finish the authorization in the browser first'
      : 'authorize the org again';
  return refuse(
    'authorization-not-active',
    `expected the authorization ${authorization.alias} to be active, found it ${authorization.status}: ${authorization.reason?.message ?? advice}`,
  );
}

const PERMISSION = {
  subscribe: 'Read on the event (for change events: View All on the object)',
  publish: 'Create on the event',
} as const;

/** Undefined when Salesforce has the topic and the authorization's user may use it as requested. */
export async function topicRefusal(
  topics: TopicDirectory,
  authorization: Authorization,
  topic: string,
  use: 'subscribe' | 'publish',
  via: PublishVia = 'pubsub',
): Promise<Refusal | undefined> {
  const example =
    use === 'publish' ? '/event/Order_Placed__e' : '/data/OpportunityChangeEvent or /event/Order_Placed__e';
  const shown = shownTopic(topic);
  if (!TOPIC.test(topic)) {
    return refuse('unknown-topic', `expected a topic such as ${example}, found ${shown}`);
  }
  if (use === 'publish' && !topic.startsWith('/event/')) {
    return refuse(
      'topic-not-permitted',
      `expected a platform event such as ${example}, found ${shown}: change events are made by Salesforce alone`,
    );
  }
  const { alias } = authorization;
  const answer = await topics.find(authorization.appId, authorization.id, topic, via);
  switch (answer.kind) {
    case 'found':
      if (use === 'publish' ? answer.canPublish : answer.canSubscribe) return undefined;
      return refuse(
        'topic-not-permitted',
        `expected the user of ${alias} to be allowed to ${use} to ${topic}: in Salesforce Setup, Permission Sets, give the user ${PERMISSION[use]}; it may take ten minutes to have effect`,
      );
    default:
      return unknownTopicRefusal(answer, authorization, topic);
  }
}

/** The refusal for a topic that Salesforce does not know: the reason, and what to do. */
function unknownTopicRefusal(
  answer: Exclude<TopicAnswer, { readonly kind: 'found' }>,
  { alias }: Authorization,
  topic: string,
): Refusal {
  switch (answer.kind) {
    case 'unknown-topic':
      return refuse(
        'unknown-topic',
        `expected a topic of the org of ${alias}, found ${shownTopic(topic)}: check the spelling, capital letters included, that the event is deployed in that org and, for change events, that the object is selected in Salesforce Setup, Change Data Capture`,
      );
    case 'not-permitted':
      return refuse('topic-not-permitted', answer.message);
    case 'not-authorized':
      return refuse('authorization-not-active', answer.message);
    case 'unreachable':
      return refuse('salesforce-unreachable', answer.message);
    default:
      return unreachable(answer);
  }
}

/** The schema of a topic's events, or a refusal that says why there is none. */
export async function schemaForUse(
  schemas: EventSchemas,
  authorization: Authorization,
  topic: string,
): Promise<(SchemaAnswer & { readonly kind: 'found' }) | Refusal> {
  if (!TOPIC.test(topic)) {
    return refuse(
      'unknown-topic',
      `expected a topic such as /data/OpportunityChangeEvent or /event/Order_Placed__e, found ${shownTopic(topic)}`,
    );
  }
  const answer = await schemas.find(authorization.appId, authorization.id, topic);
  switch (answer.kind) {
    case 'found':
      return answer;
    case 'several':
      return refuse(
        'unprocessable',
        `expected a topic with one kind of event, found the channel ${topic}: name the topics of its events, such as /data/OpportunityChangeEvent`,
      );
    case 'unreadable':
      return refuse('salesforce-unreachable', answer.message);
    default:
      return unknownTopicRefusal(answer, authorization, topic);
  }
}

function shownTopic(topic: string): string {
  return JSON.stringify(topic.slice(0, 300));
}
