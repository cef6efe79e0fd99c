/** An extension's value, under CloudEvents' name for its type. */
export interface Extension {
  readonly type: 'boolean' | 'integer' | 'string' | 'binary' | 'uri' | 'uri-reference' | 'timestamp';
  readonly value: string | number | boolean;
}

/** An event before any SDK has built it: the clients' input. */
export interface NeutralEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject: string;
  readonly dataschema?: string;
  readonly datacontenttype?: string;
  readonly extensions?: { readonly [name: string]: Extension };
  /** At most one of the data fields is set. */
  readonly json?: unknown;
  readonly text?: string;
  readonly base64?: string;
}

export type Case = Omit<NeutralEvent, 'id'>;

const plain = {
  source: '/shop/quotes',
  type: 'com.example.quote.ready',
  time: '2026-11-26T10:00:00.123Z',
  subject: 'quote-1',
};
const json = {
  ...plain,
  datacontenttype: 'application/json',
  json: { total: 12.5, lines: [1, 'two', null] },
};
const string = (value: string): Extension => ({ type: 'string', value });

/** Each case covers one property, so that a difference names its cause. */
export const CASES: { readonly [name: string]: Case } = {
  json: { ...json, dataschema: 'https://example.com/schemas/quote' },
  'json unicode': { ...json, json: { city: 'Zürich', mood: '🚀', quote: 'say "hi"\n100 %' } },
  'json suffix': { ...json, datacontenttype: 'application/vnd.example+json' },
  'json array': { ...json, json: [1, { two: 2 }, []] },
  unicode: { ...json, subject: 'Zürich 東京 🚀', extensions: { note: string('Žluťoučký kůň') } },
  latin1: { ...json, subject: 'Zürich' },
  quotes: { ...json, subject: 'say "hi" to \\ them', extensions: { note: string('"all of it"') } },
  percent: { ...json, subject: '100 % of %41', extensions: { note: string('%zz %') } },
  commas: { ...json, subject: 'a, b; c=d', extensions: { note: string('x,y') } },
  boolean: { ...json, extensions: { flag: { type: 'boolean', value: true } } },
  integer: { ...json, extensions: { count: { type: 'integer', value: -2_147_483_648 } } },
  'string ext.': { ...json, extensions: { note: string('some text') } },
  'binary ext.': { ...json, extensions: { mark: { type: 'binary', value: 'AAH/+w==' } } },
  uri: { ...json, extensions: { link: { type: 'uri', value: 'https://example.com/a%20b?c=d#e' } } },
  'uri-reference': { ...json, extensions: { link: { type: 'uri-reference', value: '../a/b?c' } } },
  timestamp: { ...json, extensions: { due: { type: 'timestamp', value: '2026-12-01T08:30:00Z' } } },
  binary: {
    ...plain,
    datacontenttype: 'application/octet-stream',
    base64: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('base64'),
  },
  xml: {
    ...plain,
    datacontenttype: 'application/xml',
    text: '<?xml version="1.0"?><quote ref="é">1 &lt; 2</quote>',
  },
  text: { ...plain, datacontenttype: 'text/plain;charset=utf-8', text: 'grüße, "world"' },
  'no data': plain,
};
