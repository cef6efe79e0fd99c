import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, LocalProcess } from '../../test/faults/local/local-process.ts';
import type { Target } from './messages.ts';

/**
 * The system under measurement: it takes events at its target, and posts them to the webhook that it was started with.
 */
export interface System {
  readonly name: string;
  readonly pid: number;
  readonly target: Target;
  stop(): Promise<void>;
}

/** Starts a process of this folder; returns it with the URL that it reports first. */
export async function startPart(
  file: string,
  ...args: string[]
): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const part = fork(new URL(file, import.meta.url), args);
  const [url] = await once(part, 'message');
  return { process: part, url: String(url) };
}

export async function startRelay(webhookUrl: string): Promise<System> {
  const relay = await startPart('./relay.ts', webhookUrl);
  return {
    name: 'bare relay',
    pid: relay.process.pid ?? 0,
    target: { url: relay.url, headers: {} },
    async stop() {
      relay.process.kill();
    },
  };
}

/** `npm start -- --no-demo` on fresh state, with one webhook. */
export async function startSluice(webhookUrl: string): Promise<System> {
  const stateDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const local = new LocalProcess(stateDir, await freePort());
  await local.start();
  const app = await local.app('bench');
  await local.request('POST', `${app.tenant}/platforms/webhook/publications`, {
    name: 'hook',
    url: webhookUrl,
  });
  return {
    name: 'Sluice, local run',
    pid: local.pid,
    target: { url: `http://127.0.0.1:${local.port}/hook`, headers: { authorization: app.authorization } },
    async stop() {
      await local.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
