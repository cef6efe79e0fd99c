import { promises as dns, type LookupAddress } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { systemTimers, type Timers } from '../../base/timers.ts';

/** Finds the addresses of a name. */
export interface NameResolver {
  /** @returns at least one address, in the order in which to try them. Rejects with `NameError`. */
  resolve(name: string): Promise<readonly LookupAddress[]>;
}

export class NameError extends Error {
  override readonly name = 'NameError';
  readonly code: 'NAME_NOT_FOUND' | 'NAME_NOT_RESOLVED';
  /** False if our own name server did not accept the question, which says nothing about the name. */
  readonly isOfName: boolean;

  constructor(code: NameError['code'], message: string, isOfName: boolean) {
    super(message);
    this.code = code;
    this.isOfName = isOfName;
  }
}

/** Part of the 5 s that a connection may take. */
const RESOLVE_MS_MAX = 3_000;
/** Two questions fit into `RESOLVE_MS_MAX`. */
const QUESTION_MS = 1_400;
const QUESTIONS = 2;
/** How long to wait for the other address family when one is known: some name servers never answer for IPv6. */
const OTHER_FAMILY_MS = 250;

/** Answers that say that the name has no such address. */
const NO_ADDRESS = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);
/** The name server does not accept our question. */
const NOT_ASKED = new Set([
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ELOADIPHLPAPI',
  'ENOTINITIALIZED',
]);

/** The queries of `node:dns`'s `Resolver`. */
export type Questions = Pick<dns.Resolver, 'resolve4' | 'resolve6' | 'cancel'>;

export interface DnsResolverOptions {
  readonly timers?: Timers;
  readonly ask?: () => Questions;
}

/**
 * Asks the system's name servers directly (c-ares). `dns.lookup` would hold one of the four threads of the process
 * until the system gives up; four names that never resolve would block everybody's look-ups, including the AWS SDK's. A
 * webhook may not use names from the hosts file, search domains or mDNS.
 */
export class DnsResolver implements NameResolver {
  readonly #timers: Timers;
  readonly #ask: () => Questions;

  constructor({
    timers = systemTimers,
    // One resolver per name, so that each can be cancelled by itself; it reads the system's settings anew.
    ask = () => new dns.Resolver({ timeout: QUESTION_MS, tries: QUESTIONS }),
  }: DnsResolverOptions = {}) {
    this.#timers = timers;
    this.#ask = ask;
  }

  resolve(name: string): Promise<readonly LookupAddress[]> {
    return new Promise((settle, reject) => {
      const questions = this.#ask();
      const found: LookupAddress[][] = [[], []];
      const failures: string[] = [];
      let open = found.length;
      let isOver = false;
      const end = () => {
        isOver = true;
        deadline.cancel();
        const addresses = found.flat();
        if (addresses.length > 0) settle(addresses);
        else reject(failureOf(name, failures));
        questions.cancel();
      };
      let deadline = this.#timers.after(RESOLVE_MS_MAX, end);
      const answered = () => {
        open -= 1;
        if (isOver) return;
        if (open === 0) {
          end();
        } else if (found.some(({ length }) => length > 0)) {
          deadline.cancel();
          deadline = this.#timers.after(OTHER_FAMILY_MS, end);
        }
      };
      const failed = (error: unknown) => {
        failures.push(codeOf(error));
        answered();
      };
      // IPv4 first, so that nobody waits for an IPv6 route that leads nowhere.
      questions.resolve4(name).then((addresses) => {
        found[0] = addresses.map((address) => ({ address, family: 4 }));
        answered();
      }, failed);
      questions.resolve6(name).then((addresses) => {
        found[1] = addresses.map((address) => ({ address, family: 6 }));
        answered();
      }, failed);
    });
  }
}

/** No failure means that the time ran out. */
function failureOf(name: string, failures: readonly string[]): NameError {
  const other = failures.find((code) => !NO_ADDRESS.has(code));
  if (failures.length > 0 && other === undefined) {
    return new NameError('NAME_NOT_FOUND', `expected ${name} to have an address, found none`, true);
  }
  return new NameError(
    'NAME_NOT_RESOLVED',
    `expected an answer for ${name} within ${RESOLVE_MS_MAX / 1_000} s, found ${other ?? 'none'}`,
    other === undefined || !NOT_ASKED.has(other),
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EFAILED';
}

const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * For a laptop: `localhost` and every name below it are this machine (RFC 6761), and the hosts file comes before name
 * servers.
 */
export class LocalNameResolver implements NameResolver {
  readonly #others: NameResolver;
  readonly #hostsFile: string;

  constructor(others: NameResolver, hostsFile = HOSTS_FILE) {
    this.#others = others;
    this.#hostsFile = hostsFile;
  }

  async resolve(name: string): Promise<readonly LookupAddress[]> {
    const listed = addressesIn(await this.#hosts(), name);
    if (listed.length > 0) return listed;
    if (name === 'localhost' || name.endsWith('.localhost')) return LOOPBACK;
    return this.#others.resolve(name);
  }

  async #hosts(): Promise<string> {
    try {
      return await readFile(this.#hostsFile, 'utf8');
    } catch {
      // Without the file, name servers answer for all names; that is not an error.
      return '';
    }
  }
}

const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

function addressesIn(hosts: string, name: string): LookupAddress[] {
  return hosts.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    const family = isIP(address);
    return family !== 0 && names.includes(name) ? [{ address, family }] : [];
  });
}
