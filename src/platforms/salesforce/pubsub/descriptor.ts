import type { fromJSON } from '@grpc/proto-loader';

/**
 * The Pub/Sub API's service and messages (`eventbus.v1.PubSub`) by field number, in protobufjs's JSON form. Inlined, so
 * that a bundle needs no `.proto` file. Managed subscriptions and the publish stream are omitted, because we use
 * neither.
 */
export const PUBSUB_DESCRIPTOR: Parameters<typeof fromJSON>[0] = {
  nested: {
    eventbus: {
      nested: {
        v1: {
          nested: {
            PubSub: {
              methods: {
                Subscribe: {
                  requestType: 'FetchRequest',
                  requestStream: true,
                  responseType: 'FetchResponse',
                  responseStream: true,
                  comment: 'Events of a topic, as many as were asked for.',
                },
                GetSchema: {
                  requestType: 'SchemaRequest',
                  responseType: 'SchemaInfo',
                  comment: 'The Avro schema of an id.',
                },
                GetTopic: {
                  requestType: 'TopicRequest',
                  responseType: 'TopicInfo',
                  comment: 'What the caller may do with a topic.',
                },
                Publish: {
                  requestType: 'PublishRequest',
                  responseType: 'PublishResponse',
                  comment: 'Publishes events; one result each, in order.',
                },
              },
            },
            TopicInfo: {
              fields: {
                topicName: { type: 'string', id: 1 },
                tenantGuid: { type: 'string', id: 2 },
                canPublish: { type: 'bool', id: 3 },
                canSubscribe: { type: 'bool', id: 4 },
                schemaId: { type: 'string', id: 5 },
                rpcId: { type: 'string', id: 6 },
              },
            },
            TopicRequest: { fields: { topicName: { type: 'string', id: 1 } } },
            EventHeader: {
              fields: { key: { type: 'string', id: 1 }, value: { type: 'bytes', id: 2 } },
            },
            ProducerEvent: {
              fields: {
                id: { type: 'string', id: 1 },
                schemaId: { type: 'string', id: 2 },
                payload: { type: 'bytes', id: 3 },
                headers: { rule: 'repeated', type: 'EventHeader', id: 4 },
              },
            },
            ConsumerEvent: {
              fields: {
                event: { type: 'ProducerEvent', id: 1 },
                replayId: { type: 'bytes', id: 2 },
              },
            },
            PublishResult: {
              fields: {
                replayId: { type: 'bytes', id: 1 },
                error: { type: 'Error', id: 2 },
                correlationKey: { type: 'string', id: 3 },
              },
            },
            Error: {
              fields: { code: { type: 'ErrorCode', id: 1 }, msg: { type: 'string', id: 2 } },
            },
            ErrorCode: { values: { UNKNOWN: 0, PUBLISH: 1, COMMIT: 2 } },
            ReplayPreset: { values: { LATEST: 0, EARLIEST: 1, CUSTOM: 2 } },
            FetchRequest: {
              fields: {
                topicName: { type: 'string', id: 1 },
                replayPreset: { type: 'ReplayPreset', id: 2 },
                replayId: { type: 'bytes', id: 3 },
                numRequested: { type: 'int32', id: 4 },
                authRefresh: { type: 'string', id: 5 },
              },
            },
            FetchResponse: {
              fields: {
                events: { rule: 'repeated', type: 'ConsumerEvent', id: 1 },
                latestReplayId: { type: 'bytes', id: 2 },
                rpcId: { type: 'string', id: 3 },
                pendingNumRequested: { type: 'int32', id: 4 },
              },
            },
            SchemaRequest: { fields: { schemaId: { type: 'string', id: 1 } } },
            SchemaInfo: {
              fields: {
                schemaJson: { type: 'string', id: 1 },
                schemaId: { type: 'string', id: 2 },
                rpcId: { type: 'string', id: 3 },
              },
            },
            PublishRequest: {
              fields: {
                topicName: { type: 'string', id: 1 },
                events: { rule: 'repeated', type: 'ProducerEvent', id: 2 },
                authRefresh: { type: 'string', id: 3 },
              },
            },
            PublishResponse: {
              fields: {
                results: { rule: 'repeated', type: 'PublishResult', id: 1 },
                schemaId: { type: 'string', id: 2 },
                rpcId: { type: 'string', id: 3 },
              },
            },
          },
        },
      },
    },
  },
};
