import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The newcomer's first minutes, as the README tells them: `npm start`, the demo's flow, the commands typed by hand, Ctrl-C,
 * and `npm start` again. Everything is a real process.
 */
const folder = mkdtempSync(join(tmpdir(), 'sluice-smoke-'));
const state = join(folder, 'state');

async function start(): Promise<{
  sees: (pattern: RegExp) => Promise<string>;
  stop: () => Promise<number | null>;
}> {
  const npm = spawn('npm', ['start', '--', '--port', '0', '--state', state], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: { ...process.env, NO_COLOR: '1' },
  });
  let output = '';
  npm.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    process.stdout.write(chunk);
  });
  const exited = new Promise<number | null>((settle) => npm.on('close', settle));
  return {
    async sees(pattern) {
      for (let tries = 0; tries < 1_500; tries += 1) {
        const match = pattern.exec(output);
        if (match !== null) return match[1] ?? match[0];
        await sleep(20);
      }
      throw new Error(`expected to see ${pattern}`);
    },
    stop() {
      // A terminal sends Ctrl-C to every process of the group.
      process.kill(-(npm.pid ?? 0), 'SIGINT');
      return exited;
    },
  };
}

const sluice = (...args: readonly string[]) =>
  execFileSync('npx', ['sluice', ...args], {
    encoding: 'utf8',
    env: { ...process.env, SLUICE_STATE: state },
  });

try {
  const first = await start();
  await first.sees(/webhook +← UPDATE .*signature valid/);
  console.log(sluice('events:streams'));
  const publishUrl = sluice('config:get', 'HEROKUEVENTS_PUBLISH_URL').trim();
  // The README uses curl here, which a machine may lack.
  const url = new URL(publishUrl);
  const response = await fetch(`${url.origin}/QuoteGenerationComplete`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: '{"Status__c":"Quotes Generated: 50"}',
  });
  if (response.status !== 202)
    throw new Error(`expected 202, found ${response.status}: ${await response.text()}`);
  await first.sees(/QuoteGenerationComplete__e arrived: .*Quotes Generated: 50/);
  console.log(sluice('events:deliveries'));
  await first.stop();
  const second = await start();
  await second.sees(/with the state it had/);
  await second.sees(/webhook +← UPDATE/);
  await second.stop();
  console.log('The first steps work.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
