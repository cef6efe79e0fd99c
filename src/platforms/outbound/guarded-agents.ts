import { LRUCache } from 'lru-cache';
import type { buildConnector } from 'undici';
// Imports the agent alone. undici's index also loads fetch, WebSocket, caches and mocks, which would be a fifth of what
// a cold start of `deliver` loads.
import Agent from 'undici/lib/dispatcher/agent.js';
import type { Clock } from '../../base/clock.ts';
import { type AddressPolicy, connectionFault, portOf } from './address.ts';
import { AppConnections } from './app-connections.ts';
import { connector } from './connection.ts';
import { NameLookup } from './name-lookup.ts';
import { DnsResolver, LocalNameResolver, type NameResolver } from './name-resolver.ts';

export interface GuardPorts {
  readonly addresses: AddressPolicy;
  readonly clock: Clock;
  /** Defaults to the system's name servers. */
  readonly resolver?: NameResolver;
}

/** For the name look-up, TCP and TLS; the rest of a timeout is the receiver's. */
export const CONNECT_TIMEOUT_MS = 5_000;
export const ANSWER_HEADER_BYTES_MAX = 16_384;
/** There are many receivers with a few connections each: a slow receiver holds only its own connections. */
const CONNECTIONS_PER_ORIGIN = 64;
const KEEP_ALIVE_MS = 30_000;
/** The number of apps whose connections are cached. */
const APPS_MAX = 1_000;

/**
 * The only connections to hosts that tenants choose: to allowed addresses and ports, to the very address that was
 * checked, without redirects or proxies. `test/tidy/guarded-requests.test.ts` finds requests that bypass them.
 */
export class GuardedAgents {
  readonly #addresses: AddressPolicy;
  readonly #names: NameLookup;
  /** Keyed by app: apps do not share connections, even to the same receiver. */
  readonly #agents: LRUCache<string, Agent>;

  constructor({ addresses, clock, resolver = systemResolver(addresses) }: GuardPorts) {
    this.#addresses = addresses;
    this.#names = new NameLookup({ addresses, clock, resolver });
    // Requests on the connections of an evicted app finish by themselves.
    this.#agents = new LRUCache({ max: APPS_MAX, dispose: (agent) => void agent.close() });
  }

  of(appId: string): Agent {
    const known = this.#agents.get(appId);
    if (known !== undefined) return known;
    const connections = new AppConnections();
    const agent = this.#make(connections.limit(this.#connector()));
    this.#agents.set(appId, agent);
    return agent;
  }

  /** Creates an agent that the caller owns. */
  make(options: Pick<buildConnector.BuildOptions, 'allowH2'> = {}): Agent {
    return this.#make(this.#connector(options));
  }

  #connector(options: Pick<buildConnector.BuildOptions, 'allowH2'> = {}): buildConnector.connector {
    return connector({ ...options, lookup: this.#names.forOneApp(), timeout: CONNECT_TIMEOUT_MS });
  }

  #make(connect: buildConnector.connector): Agent {
    return new Agent({
      connect: guarded(connect, this.#addresses),
      connections: CONNECTIONS_PER_ORIGIN,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: ANSWER_HEADER_BYTES_MAX,
      pipelining: 1,
    });
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }
}

/** No look-up happens for a literal address in the URL, so it is judged here, as the port is. */
function guarded(connect: buildConnector.connector, addresses: AddressPolicy): buildConnector.connector {
  return (target, callback) => {
    const fault = connectionFault(target.hostname, portOf(target), addresses);
    if (fault === undefined) connect(target, callback);
    else callback(fault, null);
  };
}

function systemResolver({ allowLoopback }: AddressPolicy): NameResolver {
  const nameServers = new DnsResolver();
  return allowLoopback ? new LocalNameResolver(nameServers) : nameServers;
}
