import { isJsonObject } from '../../base/json.ts';
import { type Event, jsonData } from '../../domain/events/event.ts';
import type { Acceptance } from '../../domain/publications/acceptance.ts';

export const acceptForSalesforce: Acceptance<'salesforce'> = ({ topic }, event) => {
  const data = jsonData(event);
  if (isJsonObject(data)) {
    const { data_base64: _base64, ...attributes } = event;
    return { ok: true, event: { ...attributes, data } };
  }
  return {
    ok: false,
    message: `expected the fields of a ${topic} event as a JSON object, found ${described(event, data)}`,
  };
};

function described({ data_base64: base64, datacontenttype }: Event, data: unknown): string {
  if (base64 !== undefined && data === undefined) {
    return `bytes that are no JSON (Content-Type ${JSON.stringify(datacontenttype ?? '')})`;
  }
  if (data === undefined) return 'an event without data';
  if (data === null) return 'null';
  if (Array.isArray(data)) return 'an array';
  return typeof data === 'string' ? 'a text' : `a ${typeof data}`;
}
