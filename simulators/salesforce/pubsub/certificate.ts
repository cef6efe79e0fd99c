export interface Certificate {
  /** Both in PEM. */
  readonly certificate: string;
  readonly privateKey: string;
}

const VALID_MS = 10 * 365 * 86_400_000;
/** Lets a client with a slow clock accept it. */
const VALID_BEFORE_MS = 86_400_000;
/** Kinds of names in a certificate (RFC 5280, GeneralName). */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** A certificate for `localhost` and `127.0.0.1` that is its own authority. */
export async function selfSignedCertificate(nowMs: number): Promise<Certificate> {
  // Loaded on demand: it takes longer to load than the rest of the simulator, which usually runs without TLS.
  const { generate } = await import('selfsigned');
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - VALID_BEFORE_MS),
    notAfterDate: new Date(nowMs + VALID_MS),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: DNS_NAME, value: 'localhost' },
          { type: IP_ADDRESS, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { certificate: cert, privateKey };
}
