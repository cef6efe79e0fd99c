import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { newSigningSecret } from '../../src/base/signing-secret.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { WebhookDestination } from '../../src/platforms/webhook/destination.ts';
import { newKeyPair } from '../../src/platforms/webhook/key-pair.ts';
import { sign, signingKey } from '../../src/platforms/webhook/signature.ts';
import { anEvent, aWebhook } from '../support/builders.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';

// The functions in docs/webhooks.md, verbatim, judge real requests: one by a secret and one by a public key in each language. A few added
// lines in each language read cases from standard input (secret, id, timestamp, signature, and the body in base64, with tabs between) and
// answer true or false.

interface Case {
  readonly secret: string;
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Buffer;
}

interface Language {
  readonly fence: string;
  readonly file: string;
  /** Absent: always available. */
  readonly toolchain?: readonly string[];
  /** If the function with a public key needs more. */
  readonly keyPairToolchain?: readonly string[];
  /** Its compilation takes as long as a good part of the other tests: only with `npm run webhooks:languages`. */
  readonly isExtra?: boolean;
  readonly run: readonly string[];
  readonly program: (example: string) => string;
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  Node: {
    fence: 'js',
    file: 'verify.mjs',
    run: [process.execPath],
    program: (example) => `import { readFileSync } from 'node:fs';
${example}
for (const line of readFileSync(0, 'utf8').trim().split('\\n')) {
  const [secret, id, timestamp, signature, body] = line.split('\\t');
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  console.log(verify(secret, headers, Buffer.from(body ?? '', 'base64')));
}
`,
  },
  Python: {
    fence: 'python',
    file: 'verify.py',
    toolchain: ['python3', '-c', 'import sys; sys.exit(sys.version_info < (3, 9))'],
    keyPairToolchain: ['python3', '-c', 'import cryptography'],
    run: ['python3'],
    program: (example) => `${example}
import sys
for line in sys.stdin.read().strip().split("\\n"):
    secret, id, timestamp, signature, body = line.split("\\t")
    headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    print("true" if verify(secret, headers, base64.b64decode(body)) else "false")
`,
  },
  Go: {
    fence: 'go',
    file: 'verify.go',
    toolchain: ['go', 'version'],
    isExtra: true,
    run: ['go', 'run'],
    program: (example) => `${example.replace('import (', 'import (\n\t"bufio"\n\t"fmt"\n\t"os"')}
func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\\t")
		header := http.Header{}
		header.Set("webhook-id", parts[1])
		header.Set("webhook-timestamp", parts[2])
		header.Set("webhook-signature", parts[3])
		body, _ := base64.StdEncoding.DecodeString(parts[4])
		fmt.Println(verify(parts[0], header, body))
	}
}
`,
  },
  Java: {
    fence: 'java',
    file: 'Main.java',
    toolchain: ['java', '--source', '17', '--version'],
    isExtra: true,
    run: ['java'],
    // Java runs the first class of the file.
    program: (example) => `${example.replace(
      'class WebhookSignature',
      `class Main {
  public static void main(String[] arguments) throws Exception {
    for (String line : new String(System.in.readAllBytes()).strip().split("\\n")) {
      String[] parts = line.split("\\t", -1);
      Map<String, String> headers =
          Map.of("webhook-id", parts[1], "webhook-timestamp", parts[2], "webhook-signature", parts[3]);
      System.out.println(WebhookSignature.verify(parts[0], headers, Base64.getDecoder().decode(parts[4])));
    }
  }
}

class WebhookSignature`,
    )}
`,
  },
};

/** What a receiver verifies with, and what signs. */
interface Kind {
  /** The texts that only the function of this kind mentions. */
  readonly prefix: 'whsec_' | 'whpk_';
  readonly version: 'v1' | 'v1a';
  readonly newer: Signer;
  readonly former: Signer;
  readonly other: Signer;
}

interface Signer {
  readonly secret: string;
  /** The receiver's part. */
  readonly key: string;
}

const DOCS = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
const KINDS: readonly Kind[] = [
  { prefix: 'whsec_', version: 'v1', newer: aSecret(), former: aSecret(), other: aSecret() },
  { prefix: 'whpk_', version: 'v1a', newer: aPair(), former: aPair(), other: aPair() },
];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-verify-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function aSecret(): Signer {
  const secret = newSigningSecret();
  return { secret, key: secret };
}

function aPair(): Signer {
  const { privateKey, publicKey } = newKeyPair();
  return { secret: privateKey, key: publicKey };
}

type Judged = [what: string, isOurs: boolean, request: Case];

/** Made again for each language: a request is valid for five minutes. */
async function makeCases(kind: Kind): Promise<readonly Judged[]> {
  const [single, batch] = await delivered(kind);
  const { version } = kind;
  // Signed with what the receiver has; everybody knows that half of a key pair.
  const hmac = signedAt(`whsec_${kind.newer.key.replace(/^[a-z]+_/, '')}`, single, Number(single.timestamp));
  const now = Math.floor(Date.now() / 1_000);
  const [newer = '', former = ''] = single.signature.split(' ');
  return [
    ['a request', true, single],
    ['a batch', true, batch],
    ['a request that the receiver judges by the former secret', true, { ...single, secret: kind.former.key }],
    ['the new signature alone', true, { ...single, signature: newer }],
    [
      'a signature of another kind beside it',
      true,
      { ...single, signature: `${version === 'v1' ? 'v1a' : 'v1'},AAAA ${newer}` },
    ],
    ['another secret', false, { ...single, secret: kind.other.key }],
    ['an HMAC by what the receiver has', version === 'v1', hmac],
    ['the former signature alone', false, { ...single, signature: former }],
    ['another body', false, { ...single, body: Buffer.concat([single.body, Buffer.from(' ')]) }],
    ['another id', false, { ...single, id: 'another' }],
    ['another time', false, { ...single, timestamp: String(Number(single.timestamp) - 1) }],
    ['an old request', false, signedAt(kind.newer.secret, single, now - 3_600)],
    ['a request of the future', false, signedAt(kind.newer.secret, single, now + 3_600)],
    ['a time that is none', false, { ...single, timestamp: 'now' }],
    ['no time', false, { ...single, timestamp: '' }],
    ['no signature', false, { ...single, signature: '' }],
    ['what is no signature', false, { ...single, signature: `${version},` }],
    ['a signature cut short', false, { ...single, signature: newer.slice(0, -4) }],
    ['a signature without its version', false, { ...single, signature: newer.slice(version.length + 1) }],
  ];
}

/** What a receiver gets for one event, and for a batch of two, while both secrets sign. */
async function delivered(kind: Kind): Promise<[Case, Case]> {
  const requests: Case[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const header = (name: string) => String(request.headers[name]);
      requests.push({
        secret: kind.newer.key,
        id: header('webhook-id'),
        timestamp: header('webhook-timestamp'),
        signature: header('webhook-signature'),
        body,
      });
      response.writeHead(204).end();
    });
  });
  const url = await listenOnLoopback(server);
  const { publication, destination } = await aSigner(kind, url, Date.now());
  const event = (n: number) => ({
    deliveryId: `delivery-${n}`,
    eventJson: eventJson(anEvent({ id: `event-${n}`, data: { Name: 'Ärger 😀' } })),
  });
  await destination.send(publication, [event(1)]);
  const batch = { eventsMax: 2, bytesMax: 100_000, waitMs: 0 };
  await destination.send({ ...publication, version: 2, contentMode: 'batch', batch }, [event(1), event(2)]);
  await destination.close();
  await stopServer(server);
  const [single, both] = requests;
  if (single === undefined || both === undefined) throw new Error('expected two requests');
  return [single, both];
}

async function aSigner({ newer, former }: Kind, url: string, nowMs: number) {
  const secrets = new MemorySecretBox();
  const base = aWebhook({ url });
  const seal = (secret: string) =>
    secrets.encrypt(secret, { appId: base.appId, resourceId: base.id, secret: 'signingSecret' });
  const formerSigningSecrets = [{ secret: await seal(former.secret), untilMs: nowMs + 3_600_000 }];
  const publication = { ...base, secrets: { signingSecret: await seal(newer.secret), formerSigningSecrets } };
  const clock = { now: () => nowMs };
  const destination = new WebhookDestination({ secrets, clock, addresses: { allowLoopback: true } });
  return { publication, destination };
}

/** The same request, correctly signed at another time. */
function signedAt(secret: string, request: Case, timestampSeconds: number): Case {
  const signature = sign(signingKey(secret), request.id, timestampSeconds, request.body);
  return { ...request, timestamp: String(timestampSeconds), signature };
}

function isRun(language: Language, { prefix }: Kind): boolean {
  const { isExtra = false } = language;
  const toolchain = (prefix === 'whpk_' ? language.keyPairToolchain : undefined) ?? language.toolchain;
  if (isExtra && process.env['WEBHOOK_LANGUAGES'] !== 'all') return false;
  if (toolchain === undefined) return true;
  const [command = '', ...args] = toolchain;
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

async function judged(
  { fence, file, run, program }: Language,
  { prefix }: Kind,
  cases: readonly Judged[],
): Promise<string[]> {
  const fenced = DOCS.matchAll(new RegExp(`\`\`\`${fence}\\n([\\s\\S]*?)\`\`\``, 'g'));
  const example = [...fenced].map(([, text = '']) => text).find((text) => text.includes(prefix));
  if (example === undefined) throw new Error(`expected an example in ${fence} for ${prefix}…`);
  const path = join(folder, file);
  writeFileSync(path, program(example));
  const [command = '', ...args] = run;
  const child = spawn(command, [...args, path], { cwd: folder });
  const lines = cases.map(([, , { secret, id, timestamp, signature, body }]) =>
    [secret, id, timestamp, signature, body.toString('base64')].join('\t'),
  );
  child.stdin.end(`${lines.join('\n')}\n`);
  const [output, faults, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect({ code, faults }).toEqual({ code: 0, faults: '' });
  return output.trim().split(/\r?\n/);
}

describe.each(KINDS)('by $prefix…', (kind) => {
  describe.each(Object.entries(LANGUAGES))('the function in %s of docs/webhooks.md', (_name, language) => {
    // Python, Go and Java, where they are installed.
    it.runIf(isRun(language, kind))(
      'takes what Sluice signed, and nothing else',
      async () => {
        const cases = await makeCases(kind);
        const answers = await judged(language, kind, cases);
        expect(cases.map(([what], index) => `${what}: ${answers[index]}`)).toEqual(
          cases.map(([what, isOurs]) => `${what}: ${isOurs}`),
        );
      },
      180_000,
    );
  });
});
