import { LRUCache } from 'lru-cache';
import type { buildConnector } from 'undici';
// The agent alone. undici's index brings fetch, WebSocket, caches and mocks along, which would be a fifth of what a cold
// start of `deliver` loads.
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
  /** The system's name servers unless given. */
  readonly resolver?: NameResolver;
}

/** Name, TCP and TLS; the rest of a timeout is the receiver's. */
export const CONNECT_TIMEOUT_MS = 5_000;
export const ANSWER_HEADER_BYTES_MAX = 16_384;
/** Many receivers, a few connections each: a slow receiver holds its own connections only. */
const CONNECTIONS_PER_ORIGIN = 64;
const KEEP_ALIVE_MS = 30_000;
/** Apps whose connections are kept. */
const APPS_MAX = 1_000;

/**
 * The connections to where tenants say, and the only ones: to allowed addresses and ports, by the address that was checked, without
 * redirects and proxies. `test/tidy/guarded-requests.test.ts` finds requests that go another way.
 */
export class GuardedAgents {
  readonly #addresses: AddressPolicy;
  readonly #names: NameLookup;
  /** By app: the connections of one are not those of another, even to the same receiver. */
  readonly #agents: LRUCache<string, Agent>;

  constructor({ addresses, clock, resolver = systemResolver(addresses) }: GuardPorts) {
    this.#addresses = addresses;
    this.#names = new NameLookup({ addresses, clock, resolver });
    // What is under way on the connections of an app that makes room ends by itself.
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

  /** One that its caller keeps. */
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

/** An address that is written in the URL is looked up by nobody: it is judged here, as the port is. */
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
