/**
 * Measured on 2026-11-28, with the same phases (100/s for 30 s; a burst of 5,000 with 32 at once; 1 kB) on two cores with
 * nothing else running. Svix: svix-server 1.100 with Redis and Postgres; Outpost: 1.2 at concurrency 100 with RabbitMQ, Redis
 * and Postgres; the CPU of all their processes is counted. Sluice d90a734 is the local run on the emulators that SQLite
 * replaced.
 */
export const PEERS_MEASURED_ON = '2026-11-28';

export interface PeerFigures {
  readonly name: string;
  readonly burst: {
    readonly deliveredPerSecond: number;
    readonly p50Ms: number;
    readonly cpuSecondsPer1000: number;
  };
  readonly rate: { readonly p50Ms: number; readonly p99Ms: number; readonly cpuSecondsPer1000: number };
}

export const PEERS: readonly PeerFigures[] = [
  {
    name: 'bare relay',
    burst: { deliveredPerSecond: 7_321, p50Ms: 4.3, cpuSecondsPer1000: 0.11 },
    rate: { p50Ms: 0.6, p99Ms: 2.5, cpuSecondsPer1000: 0.41 },
  },
  {
    name: 'Svix',
    burst: { deliveredPerSecond: 808, p50Ms: 57, cpuSecondsPer1000: 2.07 },
    rate: { p50Ms: 2.9, p99Ms: 5.3, cpuSecondsPer1000: 3.69 },
  },
  {
    name: 'Outpost',
    burst: { deliveredPerSecond: 1_382, p50Ms: 66, cpuSecondsPer1000: 1.24 },
    rate: { p50Ms: 28, p99Ms: 55, cpuSecondsPer1000: 3.52 },
  },
  {
    name: 'Sluice d90a734',
    burst: { deliveredPerSecond: 576, p50Ms: 2_443, cpuSecondsPer1000: 1.57 },
    rate: { p50Ms: 3.2, p99Ms: 7.3, cpuSecondsPer1000: 4.45 },
  },
];
