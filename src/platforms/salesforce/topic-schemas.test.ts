import { expect, it } from 'vitest';
import { misfit, type Prepared, type PublishFailure } from './publish-batches.ts';
import { TopicSchemas } from './topic-schemas.ts';

const TOPIC = { authorizationId: 'authorization', topic: '/event/Order__e' };
const UNREACHABLE: PublishFailure = { errorId: 'unavailable', message: 'Salesforce is away' };

/** An org whose event has fields, and a publisher that sends one field at a time. */
function org(...fields: string[]) {
  let nowMs = 1_000_000;
  let asked = 0;
  let answer: PublishFailure | undefined;
  const schemas = new TopicSchemas<{ fingerprint: string; fields: readonly string[] }>({ now: () => nowMs });
  const ask = async () => {
    asked += 1;
    return answer ?? { fingerprint: fields.join(), fields: [...fields] };
  };
  return {
    fields,
    asked: () => asked,
    after: (ms: number) => {
      nowMs += ms;
    },
    isAway: () => {
      answer = UNREACHABLE;
    },
    async publish(field: string): Promise<string> {
      const schema = await schemas.get(TOPIC, ask);
      if ('errorId' in schema) return schema.errorId;
      const [event] = await schemas.fit(TOPIC, schema, ask, ({ fields: known }): Prepared<string>[] => [
        known.includes(field) ? { sent: field, bytes: 1 } : misfit('Order__e', []),
      ]);
      if (event === undefined) throw new Error('expected an event');
      return 'kind' in event ? `${event.kind} ${event.errorId}` : 'sent';
    },
  };
}

it('asks for a schema once for all who want it at the same time, and again after a minute', async () => {
  const { asked, after, publish } = org('a');
  expect(await Promise.all([publish('a'), publish('a')])).toEqual(['sent', 'sent']);
  expect(asked()).toBe(1);
  after(59_999);
  await publish('a');
  expect(asked()).toBe(1);
  after(1);
  await publish('a');
  expect(asked()).toBe(2);
});

it('takes a field that was just added, and one that was removed no more', async () => {
  const { fields, after, publish } = org('a');
  await publish('a');
  after(2_000);
  fields.push('b');
  expect(await publish('b')).toBe('sent');
  after(2_000);
  fields.splice(0, fields.length, 'c');
  expect(await publish('c')).toBe('sent');
  expect(await publish('a')).toBe('rejected field-mismatch');
});

it('asks ever more seldom for a sender of wrong events, but within 15 s', async () => {
  const { asked, after, publish, fields } = org('a');
  await publish('a');
  const askedAt: number[] = [];
  for (let second = 1; second <= 59; second += 1) {
    after(1_000);
    const before = asked();
    expect(await Promise.all([publish('wrong'), publish('wrong')])).toEqual(
      Array(2).fill('rejected field-mismatch'),
    );
    if (asked() > before) askedAt.push(second);
  }
  expect(askedAt).toEqual([2, 6, 14, 29, 44, 59]);
  after(15_000);
  fields.push('b');
  expect(await publish('b')).toBe('sent');
  after(2_000);
  fields.push('c');
  expect(await publish('c')).toBe('sent');
});

it('rejects nothing while the schema cannot be asked for', async () => {
  const { after, publish, isAway } = org('a');
  await publish('a');
  after(2_000);
  isAway();
  expect(await publish('b')).toBe('retry unavailable');
  expect(await publish('a')).toBe('unavailable');
});
