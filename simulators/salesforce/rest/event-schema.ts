import { type HttpRequest, type HttpResponse, json } from '../http.ts';
import { parseObject } from '../json.ts';
import type { Org } from '../org/org.ts';
import { notFound } from './answers.ts';

/** The schema of an event, plain (`COMPACT`) or as CometD clients receive events. */
export function eventSchema(org: Org, id: string, request: HttpRequest): HttpResponse {
  const schema = org.bus.schema(id);
  if (schema === undefined) return notFound();
  const compact = parseObject(schema.json) ?? {};
  if (request.query.get('payloadFormat')?.toUpperCase() === 'COMPACT')
    return json(200, { ...compact, uuid: schema.id });
  // the expanded form wraps the same fields the way CometD clients receive them
  const { name } = compact;
  return json(200, {
    name,
    namespace: 'com.sforce.eventbus',
    type: 'expanded-record',
    fields: [
      {
        name: 'data',
        type: {
          type: 'record',
          name: 'Data',
          namespace: '',
          fields: [
            { name: 'schema', type: 'string' },
            { name: 'payload', type: { ...compact, doc: '' } },
            {
              name: 'event',
              type: { type: 'record', name: 'Event', fields: [{ name: 'replayId', type: 'long' }] },
            },
          ],
        },
      },
      { name: 'channel', type: 'string' },
    ],
    uuid: schema.id,
  });
}
