/** The part of a failed attempt that is safe to show: the error's id, and the HTTP status if there was one. */
export interface FailedAttempt {
  readonly error_id?: string | undefined;
  readonly status?: number | undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  'address-not-public': 'its host name leads to an address that is not public, which Sluice does not send to',
  'address-not-allowed': 'its URL is not allowed by this installation',
  'connect-timeout': 'no connection within the time',
  'connection-closed': 'the receiver closed the connection without an answer',
  'connection-refused': 'nothing listens at its URL',
  'connection-reset': 'the connection was reset',
  'connections-busy': 'all connections of the app waited for slow receivers',
  'field-mismatch': "a value does not fit its field in the target's event or object",
  'filter-failed':
    'the filter of the stream failed on this event: the filter is wrong for it, or the event is not as expected',
  'handshake-refused': 'the receiver does not agree to get events of this origin',
  'host-unreachable': 'its host cannot be reached',
  'name-not-found': 'its host name does not exist',
  'name-not-resolved': 'its host name could not be resolved',
  'no-answer': 'the target did not answer',
  'not-authorized': 'the authorization of the org does not allow it',
  'authorization-gone': 'the authorization was removed',
  'not-pulled': 'no app pulled it in time',
  'oauth-refused': 'the token URL refused the client',
  'order-key-failed': 'the key mapping of the ordered stream failed on this event',
  'rate-limited': 'the target limits the rate',
  timeout: 'the receiver did not answer within the time',
  'tls-failed': 'TLS failed: the certificate, or what listens there is not TLS',
  'unknown-connector': 'Data Cloud has no such connector',
  'unknown-field': "the event has a field that the target's event or object does not have",
  'unknown-topic': 'the org has no such event, or the user may not see it',
};

/** An error id of ours or of Salesforce. Our own words repeat nothing else. */
const ID = /^[\w.-]{1,80}$/;

/** Tells people why an attempt failed. The text contains nothing from the event or from the receiver's answer. */
export function failureWords({ error_id: id, status }: FailedAttempt): string {
  if (status !== undefined) return `${statusWords(status)} (HTTP ${status})`;
  if (id === undefined) return 'an error that has no id';
  const words = Object.hasOwn(WORDS, id) ? WORDS[id] : undefined;
  if (words !== undefined) return `${words} (${id})`;
  return ID.test(id) ? `error ${id}` : 'an error whose id is in the data';
}

function statusWords(status: number): string {
  if (status === 401 || status === 403) {
    return 'the receiver refused the credentials: the token, password or signing secret that it checks is not the one of the publication';
  }
  if (status === 404) return 'the receiver has nothing at this path of the URL';
  if (status === 410) return 'the receiver said that it wants no more events, which disables the publication';
  if (status === 429) return 'the receiver limits the rate';
  if (status >= 500) return 'the receiver failed; its own log says why';
  if (status >= 300 && status < 400) return 'the receiver redirects, which Sluice does not follow';
  return 'the receiver refused the event; its own log says why';
}
