/** The bytes that a receiver may send before its final answer. Interim answers must not keep us busy. */
export const INTERIM_BYTES_MAX = 65_536;

/** An answer that no client can handle. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly code: 'ANSWER_SWITCHES_PROTOCOL' | 'ANSWER_INTERIM_OVERFLOW';

  constructor(code: AnswerError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const NOTHING = Buffer.alloc(0);
const BLANK_LINE = '\r\n\r\n';
const CR = 0x0d;
const LF = 0x0a;
/** The head of an interim answer up to the first digit of its status. */
const INTERIM = Buffer.from('HTTP/1.1 1');
const MINOR_VERSION_AT = 'HTTP/1.'.length;
const STATUS_LENGTH = 'HTTP/1.1 100'.length;

/**
 * Removes the interim answers (1xx, RFC 9110 §15.2) from what an HTTP/1 connection receives. undici ends the connection
 * at an unsolicited 100; the receiver, which has accepted the event, would then get it again with every attempt.
 */
export class InterimAnswers {
  /** The next bytes begin the head of an answer. */
  #atHead = false;
  /** The beginning of a head, held until there is enough of it. */
  #held: Buffer = NOTHING;
  #interimBytes = 0;
  #answeredBefore = false;

  /** A request is being written: the next bytes received begin an answer to it. */
  requestBegins(): void {
    this.#atHead = true;
    this.#held = NOTHING;
    this.#interimBytes = 0;
  }

  /** The connection has answered an earlier request, and nothing yet to the current one. */
  get isLateClose(): boolean {
    return this.#answeredBefore && this.#atHead && this.#held.length === 0 && this.#interimBytes === 0;
  }

  /** The part of the received bytes that the parser sees. */
  pass(received: Buffer): Buffer | AnswerError {
    if (!this.#atHead) return received;
    let bytes = this.#held.length === 0 ? received : Buffer.concat([this.#held, received]);
    this.#held = NOTHING;
    for (;;) {
      bytes = withoutBlankLines(bytes);
      const kind = kindOfHead(bytes);
      if (kind === 'final') {
        this.#atHead = false;
        this.#answeredBefore = true;
        return bytes;
      }
      if (kind === 'switching') {
        return new AnswerError(
          'ANSWER_SWITCHES_PROTOCOL',
          'expected an answer, found 101 Switching Protocols',
        );
      }
      const end = kind === 'interim' ? bytes.indexOf(BLANK_LINE) : -1;
      const seen = end === -1 ? bytes.length : end + BLANK_LINE.length;
      if (this.#interimBytes + seen > INTERIM_BYTES_MAX) {
        return new AnswerError(
          'ANSWER_INTERIM_OVERFLOW',
          `expected an answer after at most ${INTERIM_BYTES_MAX} bytes of 1xx answers, found more`,
        );
      }
      if (end === -1) {
        this.#held = bytes;
        return NOTHING;
      }
      this.#interimBytes += seen;
      bytes = bytes.subarray(seen);
    }
  }
}

/** Some servers send one line end too many after an interim answer. */
function withoutBlankLines(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes[start] === CR || bytes[start] === LF) start += 1;
  return start === 0 ? bytes : bytes.subarray(start);
}

/** `final` is everything that is not interim; the parser judges it. */
function kindOfHead(bytes: Buffer): 'final' | 'interim' | 'switching' | 'unknown' {
  const known = Math.min(bytes.length, INTERIM.length);
  for (let at = 0; at < known; at += 1) {
    const isVersion0 = at === MINOR_VERSION_AT && bytes[at] === 0x30;
    if (bytes[at] !== INTERIM[at] && !isVersion0) return 'final';
  }
  if (bytes.length < STATUS_LENGTH) return 'unknown';
  return bytes.toString('latin1', INTERIM.length, STATUS_LENGTH) === '01' ? 'switching' : 'interim';
}
