import * as v from 'valibot';
import { PUBLISH_VIAS, type PublishVia } from '../../domain/authorizations/topic-directory.ts';
import { authorizationForUse, topicRefusal } from '../../domain/authorizations/topic-use.ts';
import { knownValue, Name, Topic } from '../../domain/fields.ts';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget } from '../../domain/publications/target-platform.ts';
import { ALIAS_FLAG, OLDER_NAMES, TOPIC_FLAG } from './org-settings.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly salesforce: SalesforceTargetSettings;
  }
}

export interface SalesforceTargetSettings {
  /** For example `/event/QuoteGenerationComplete__e`. */
  readonly topic: string;
  readonly authorizationId: string;
  readonly authorizationAlias: string;
  /** Absent in older records, which means `pubsub`. */
  readonly via?: PublishVia | undefined;
}

export type SalesforcePublication = PublicationOf<'salesforce'>;

const VIA_DEFAULT = PUBLISH_VIAS[0];
const Via = v.pipe(v.picklist(PUBLISH_VIAS), v.description('which API of the org publishes'));

export const salesforceTarget = defineTarget({
  name: 'salesforce',
  fields: {
    settings: {
      topic: v.nullish(Topic),
      event: v.nullish(Topic),
      alias: v.nullish(v.string()),
      org_name: v.nullish(v.string()),
      via: v.nullish(v.pipe(Via, v.metadata({ default: VIA_DEFAULT }))),
    },
    changes: { via: v.optional(Via) },
    params: { topic: Topic, event: Topic, alias: Name, org_name: Name, via: knownValue(PUBLISH_VIAS) },
  },
  olderNames: OLDER_NAMES,
  summary: 'Publish to a platform event of an org. With `source`, link a subscription to it in the same step',
  refusals: ['authorization-not-active', 'unknown-topic', 'topic-not-permitted', 'salesforce-unreachable'],
  command: {
    id: 'events:publications:salesforce:create',
    description: 'publish to a Platform Event of an org',
    argument: 'name of the publication',
    example: 'systemStatus -t "/event/System_Status__e" -A my-org',
    hiddenAliases: ['events:publications:sfdc:create'],
    flags: {
      topic: TOPIC_FLAG,
      alias: ALIAS_FLAG,
      via: {
        options: PUBLISH_VIAS,
        description: 'API that publishes: Pub/Sub (the default), or REST, which consumes API requests',
      },
    },
    changeFlags: {
      via: {
        options: PUBLISH_VIAS,
        description: 'of a Platform Event: API that publishes, Pub/Sub, or REST, which consumes API requests',
      },
    },
  },
  // Encrypt, too, because an org may answer a renewal with a new refresh token.
  grants: { secrets: ['Encrypt', 'Decrypt'] },

  async create({ authorizations, topics }, base, { topic, alias, via }) {
    const authorization = await authorizationForUse(authorizations, base.appId, alias ?? '');
    if ('kind' in authorization) return authorization;
    const used = via ?? VIA_DEFAULT;
    const fault = await topicRefusal(topics, authorization, topic ?? '', 'publish', used);
    if (fault !== undefined) return fault;
    return {
      kind: 'created',
      publication: {
        ...base,
        platform: 'salesforce',
        topic: topic ?? '',
        authorizationId: authorization.id,
        authorizationAlias: authorization.alias,
        via: used,
      },
      authorization,
    };
  },

  async change(_ports, _publication, { via }) {
    return { kind: 'changed', apply: (publication) => ({ ...publication, via: via ?? publication.via }) };
  },

  show: ({ topic, authorizationAlias: alias, via = VIA_DEFAULT }) => ({
    topic,
    event: topic,
    alias,
    org_name: alias,
    via,
  }),
});
