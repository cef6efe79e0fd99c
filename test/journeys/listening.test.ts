import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalRun, temporaryState } from '../support/local-run.ts';

// What the process of `npm start` listens on, as the system reports it, and who can reach it.

const skippedAloud = (why: string) => console.warn(`skipped: ${why}`);
const state = temporaryState();
let run: LocalRun | undefined;

afterEach(async () => {
  await run?.end('SIGKILL');
  state.remove();
});

interface Listening {
  readonly address: string;
  readonly port: number;
}

const LISTEN = '0A';
/** As /proc/net shows them: each group of four bytes in the machine's byte order. */
const LOOPBACK = ['0100007F', '00000000000000000000000001000000', '0000000000000000FFFF00000100007F'];

/** The process's listening TCP sockets, and its UDP sockets, which accept whatever comes. */
function socketsOf(pid: number): Listening[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        // It was closed meanwhile.
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) =>
    readFileSync(`/proc/${pid}/net/${protocol}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , status, , , , , , inode]) => {
        return inodes.has(inode ?? '') && (protocol.startsWith('udp') || status === LISTEN);
      })
      .map(([, local = '']) => {
        const [address = '', port = ''] = local.split(':');
        return { address, port: Number.parseInt(port, 16) };
      }),
  );
}

/** The result: `connected`, or why not. */
function tryConnect(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const end = (outcome: string) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('connect', () => end('connected'));
    socket.once('timeout', () => end('timeout'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

describe('npm start', () => {
  it('listens on loopback only, and with nothing but its front, the simulated org and the receiver', async () => {
    if (process.platform !== 'linux') return skippedAloud('the system is asked for sockets by /proc');
    run = await LocalRun.start(state.dir);
    await run.sees(/webhook {2}← UPDATE/);
    const [, org = ''] = await run.sees(/simulated org +(\S+) /);
    const [, pubsub = ''] = await run.sees(/Pub\/Sub API at (\S+)\)/);
    const [, receiver = ''] = await run.sees(/receiver +(http\S+)/);
    const named = [run.origin, org, `http://${pubsub}`, receiver].map((url) => Number(new URL(url).port));

    const sockets = socketsOf(run.pid);
    expect(sockets.filter(({ address }) => !LOOPBACK.includes(address))).toEqual([]);
    const ports = sockets.map(({ port }) => port);
    expect(ports).toEqual(expect.arrayContaining(named));
    expect(ports).toHaveLength(named.length);

    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, scopeid }) => !internal && (scopeid ?? 0) === 0)
      .map(({ address }) => address);
    if (others.length === 0) return skippedAloud('this machine has no other address to connect by');
    for (const host of others) {
      for (const port of ports)
        expect([host, port, await tryConnect(host, port)]).toEqual([host, port, 'ECONNREFUSED']);
    }
    expect(await tryConnect('127.0.0.1', named[0] ?? 0)).toBe('connected');
  });

  it('has one port without the demo', async () => {
    if (process.platform !== 'linux') return skippedAloud('the system is asked for sockets by /proc');
    run = await LocalRun.start(state.dir, '--no-demo');
    expect(socketsOf(run.pid).map(({ port }) => port)).toEqual([Number(new URL(run.origin).port)]);
  });
});
