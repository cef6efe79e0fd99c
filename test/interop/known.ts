import type { PublishMode } from './processes.ts';
import type { Sdk } from './sdks.ts';

/** Where an SDK differs from the specification, so that an event cannot arrive as it was sent. */
export interface Known {
  readonly sdks: readonly Sdk['name'][];
  readonly side: 'publishes' | 'reads';
  readonly modes: readonly PublishMode[];
  readonly cases: readonly string[];
  /** The fault reported for such an event; any other fault of it is unknown. */
  readonly fault: RegExp;
  readonly reason: string;
}

const UNENCODED = /^(subject|note|link): expected /;

export const KNOWN: readonly Known[] = [
  {
    sdks: ['javascript', 'go', 'java'],
    side: 'publishes',
    modes: ['binary'],
    cases: ['quotes', 'percent', 'uri'],
    fault: UNENCODED,
    reason: 'writes attributes into headers as they are, where quotation marks and `%` have a meaning',
  },
  {
    sdks: ['javascript', 'java'],
    side: 'publishes',
    modes: ['binary'],
    cases: ['unicode'],
    fault: /^not sent: .*(ByteString|invalid header value)/,
    reason:
      'writes attributes into headers as they are, and its HTTP client refuses characters beyond Latin-1',
  },
  {
    sdks: ['java'],
    side: 'publishes',
    modes: ['binary'],
    cases: ['latin1'],
    fault: /found "Z\?rich"/,
    reason: 'writes attributes into headers as they are, and its HTTP client sends `?` for what is not ASCII',
  },
  {
    sdks: ['javascript'],
    side: 'publishes',
    modes: ['binary'],
    cases: ['no data'],
    fault: /^datacontenttype: expected undefined/,
    reason: 'gives an event without data a media type',
  },
  {
    sdks: ['python'],
    side: 'publishes',
    modes: ['binary'],
    cases: ['json array'],
    fault: /^answered 400: .*JSON/,
    reason: 'writes a list as Python shows it, which is not JSON',
  },
  {
    sdks: ['python'],
    side: 'publishes',
    modes: ['binary'],
    cases: ['boolean'],
    fault: /found "True"/,
    reason: 'writes a boolean as Python shows it: `True`',
  },
  {
    sdks: ['go'],
    side: 'publishes',
    modes: ['structured', 'batch'],
    cases: ['json suffix'],
    fault: /^data: found "\\"/,
    reason: 'writes data of a `+json` media type as a text that holds JSON',
  },
  {
    sdks: ['go', 'java'],
    side: 'reads',
    modes: ['structured'],
    cases: ['json suffix'],
    fault: /^not read: .*(expected a string|expecting STRING)/,
    reason: 'takes no JSON value as data of a media type such as `application/vnd.example+json`',
  },
  {
    sdks: ['javascript', 'go', 'java'],
    side: 'reads',
    modes: ['binary'],
    cases: ['unicode', 'latin1', 'quotes', 'percent', 'commas', 'string ext.', 'uri'],
    fault: UNENCODED,
    reason: 'does not decode percent-encoded attributes: a space arrives as `%20`',
  },
];
