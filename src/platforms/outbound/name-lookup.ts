import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { AddressNotPublicError, type AddressPolicy, isAllowedAddress } from './address.ts';
import { NameError, type NameResolver } from './name-resolver.ts';

/** Concurrent look-ups of one app; its other look-ups wait, and those of other apps do not. */
export const LOOKUPS_PER_APP_MAX = 8;
/** How long a failed name is not looked up again, in particular not for each delivery that waits for it. */
export const FAILED_NAME_MS = 30_000;
const FAILED_NAMES_MAX = 10_000;

export interface NameLookupPorts {
  readonly resolver: NameResolver;
  readonly addresses: AddressPolicy;
  readonly clock: Clock;
}

interface AppLookups {
  readonly limit: ConcurrencyLimit;
  /** Keyed by name: callers that ask during a resolution share its answer. */
  readonly underWay: Map<string, Promise<readonly LookupAddress[]>>;
}

/**
 * The look-ups of sockets. A name is resolved once per connection, all its addresses are checked, and only these are
 * returned: the checked address is the one connected to, so DNS rebinding finds no second look-up.
 */
export class NameLookup {
  readonly #ports: NameLookupPorts;
  /** The reason of the failure, by name. */
  readonly #failed: Cache<Error>;

  constructor(ports: NameLookupPorts) {
    this.#ports = ports;
    this.#failed = makeCache(FAILED_NAMES_MAX, { clock: ports.clock, ageMsMax: FAILED_NAME_MS });
  }

  /** Returns the look-up for the sockets of one app: its waits do not delay other apps. */
  forOneApp(): LookupFunction {
    const app: AppLookups = { limit: new ConcurrencyLimit(LOOKUPS_PER_APP_MAX), underWay: new Map() };
    return (hostname, options, callback) => {
      this.#lookUp(app, hostname.toLowerCase().replace(/\.$/, '')).then(
        (addresses) => {
          const [first] = addresses;
          if (options.all === true) callback(null, [...addresses]);
          else callback(null, first?.address ?? '', first?.family ?? 4);
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), []),
      );
    };
  }

  async #lookUp({ limit, underWay }: AppLookups, name: string): Promise<readonly LookupAddress[]> {
    const failure = this.#failed.get(name);
    if (failure !== undefined) throw failure;
    const shared = underWay.get(name);
    if (shared !== undefined) return shared;
    const lookup = limit.run(() => this.#resolve(name));
    underWay.set(name, lookup);
    try {
      return await lookup;
    } finally {
      underWay.delete(name);
    }
  }

  async #resolve(name: string): Promise<readonly LookupAddress[]> {
    // A look-up that waited behind others of its app may have an answer by now.
    const failure = this.#failed.get(name);
    if (failure !== undefined) throw failure;
    try {
      const addresses = await this.#ports.resolver.resolve(name);
      const denied = addresses.find(({ address }) => !isAllowedAddress(address, this.#ports.addresses));
      // One denied address refuses the whole name.
      if (denied !== undefined) throw new AddressNotPublicError(name, denied.address);
      return addresses;
    } catch (error) {
      // The caller gets the error. The failure is cached only if it is the name's fault.
      const isOfName =
        error instanceof AddressNotPublicError || (error instanceof NameError && error.isOfName);
      if (isOfName) this.#failed.set(name, error);
      throw error;
    }
  }
}
