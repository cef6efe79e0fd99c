import { describe, expect, it } from 'vitest';
import type { TopicDirectory } from '../../src/domain/authorizations/topic-directory.ts';
import { PUBLISH_VIAS, type PublishVia } from '../../src/domain/authorizations/topic-directory.ts';

/**
 * The org has change events of Opportunity, and the platform events Order_Placed__e and Read_Only__e; its user may not
 * publish to the latter.
 */
export interface TopicDirectoryHarness {
  readonly directory: TopicDirectory;
  readonly appId: string;
  readonly authorizationId: string;
  /** A person ends the authorization at Salesforce. */
  endAuthorization(): void;
  /** From now on the org's APIs are out of service. */
  outOfService(): void;
}

const SENTENCE = expect.stringMatching(/\w+ \w+/);

export function topicDirectoryContract(harness: () => TopicDirectoryHarness): void {
  const find = (topic: string, via: PublishVia) => {
    const { directory, appId, authorizationId } = harness();
    return directory.find(appId, authorizationId, topic, via);
  };

  it.each([
    ['/event/Order_Placed__e', 'pubsub', { canSubscribe: true, canPublish: true }],
    ['/event/Read_Only__e', 'pubsub', { canSubscribe: true, canPublish: false }],
    ['/data/OpportunityChangeEvent', 'pubsub', { canSubscribe: true, canPublish: false }],
    // The REST API only publishes; it says nothing about subscribing.
    ['/event/Order_Placed__e', 'rest', { canSubscribe: false, canPublish: true }],
    ['/event/Read_Only__e', 'rest', { canSubscribe: false, canPublish: false }],
  ] as const)('says what the user may do with %s by %s', async (topic, via, expected) => {
    expect(await find(topic, via)).toEqual({ kind: 'found', ...expected });
  });

  describe.each(PUBLISH_VIAS)('by %s', (via) => {
    it('knows which topics there are not', async () => {
      expect(await find('/event/Nothing_Of_The_Sort__e', via)).toEqual({ kind: 'unknown-topic' });
    });

    it('says why the authorization gives no access token', async () => {
      harness().endAuthorization();
      // The first answer may be about the refused token; the second is about the authorization.
      await find('/event/Order_Placed__e', via);
      expect(await find('/event/Order_Placed__e', via)).toEqual({
        kind: 'not-authorized',
        message: SENTENCE,
      });
    });

    it('does not throw when the API is out of service', async () => {
      harness().outOfService();
      expect(await find('/event/Order_Placed__e', via)).toEqual({ kind: 'unreachable', message: SENTENCE });
    });
  });
}
