import { describe, expect, it } from 'vitest';
import { anAuthorization } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { SessionResult, TokenSource } from '../../domain/authorizations/token-source.ts';
import { OrgConnections } from './org-connections.ts';
import { type PubSubClient, PubSubClients, type RpcResult } from './pubsub/client.ts';
import type { TopicInfo } from './pubsub/messages.ts';
import type { RpcFailureKind } from './pubsub/rpc-failure.ts';
import { OrgRest } from './rest.ts';
import { OrgTopicDirectory } from './topic-directory.ts';

const FOUND: RpcResult<TopicInfo> = {
  ok: true,
  value: { topicName: '/event/A__e', canPublish: true, canSubscribe: false, schemaId: 's' },
};
const REASON = { id: 'r', message: 'authorize the org again', atMs: 0 };

function failure(kind: RpcFailureKind, id: string): RpcResult<TopicInfo> {
  return { ok: false, kind, id, message: `failed with ${id}` };
}

/** Salesforce's answers, call by call; Salesforce and the tokens are the far side of the network. */
async function setUp(answers: readonly RpcResult<TopicInfo>[], results: Partial<TokenSource> = {}) {
  const stores = makeMemoryStores();
  const authorization = anAuthorization({ pubsubEndpoint: 'api.pubsub.salesforce.com:443' });
  await stores.authorizations.create(authorization);
  const calls: string[] = [];
  const left = [...answers];
  const client: Pick<PubSubClient, 'getTopic'> = {
    async getTopic(session, topic) {
      calls.push(`${session.accessToken} ${topic}`);
      return left.shift() ?? failure('retry', 'too-many-calls');
    },
  };
  const tokens: TokenSource = {
    session: async (_appId, _id, options): Promise<SessionResult> => ({
      kind: 'session',
      session: {
        accessToken: options?.refusedToken === undefined ? 'first' : `after ${options.refusedToken}`,
        instanceUrl: 'https://acme.my.salesforce.com',
        orgId: '00D000000000001AAA',
        userId: '005000000000001AAA',
      },
    }),
    ...results,
  };
  const clients = new PubSubClients();
  clients.at = () => client as PubSubClient;
  const connections = new OrgConnections({
    authorizations: stores.authorizations,
    tokens,
    clients,
    allowLoopback: false,
    clock: new TestClock(),
  });
  const directory = new OrgTopicDirectory(connections, new OrgRest(tokens, { allowLoopback: true }));
  return {
    calls,
    directory,
    find: () => directory.find(authorization.appId, authorization.id, '/event/A__e', 'pubsub'),
  };
}

describe('the topic directory', () => {
  it('says what the user may do with a topic', async () => {
    const { find, calls } = await setUp([FOUND]);
    expect(await find()).toEqual({ kind: 'found', canPublish: true, canSubscribe: false });
    expect(calls).toEqual(['first /event/A__e']);
  });

  it('asks once more with a new token when the first was refused, and not a third time', async () => {
    const refused = failure('reauth', 'service.auth.error');
    const mended = await setUp([refused, FOUND]);
    expect(await mended.find()).toMatchObject({ kind: 'found' });
    expect(mended.calls[1]).toContain('after first');
    const lasting = await setUp([refused, refused, FOUND]);
    expect(await lasting.find()).toMatchObject({ kind: 'not-authorized' });
    expect(lasting.calls).toHaveLength(2);
  });

  it.each([
    [failure('fatal', 'topic.not.found'), 'unknown-topic'],
    [failure('fatal', 'not-found'), 'unknown-topic'],
    [failure('fatal', 'topic.meta.permission'), 'not-permitted'],
    [failure('fatal', 'service.tenant.license'), 'not-permitted'],
    [failure('retry', 'unavailable'), 'unreachable'],
    [failure('slow-down', 'resource-exhausted'), 'unreachable'],
    [failure('quota', 'subscription.limit.exceeded'), 'unreachable'],
  ])('tells %j as %s', async (answer, kind) => {
    expect((await (await setUp([answer])).find()).kind).toBe(kind);
  });

  it('says why there is no token, without asking Salesforce', async () => {
    const dead = await setUp([], { session: async () => ({ kind: 'dead', reason: REASON }) });
    expect(await dead.find()).toEqual({ kind: 'not-authorized', message: 'authorize the org again' });
    const gone = await setUp([FOUND]);
    expect((await gone.directory.find('none', 'none', '/event/A__e', 'pubsub')).kind).toBe('not-authorized');
    expect([...dead.calls, ...gone.calls]).toEqual([]);
  });
});
