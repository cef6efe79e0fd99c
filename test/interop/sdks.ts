import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A client of test/interop, ready to run. */
export interface Client {
  readonly command: string;
  readonly args: readonly string[];
}

/** An official CloudEvents SDK, pinned in the folder of its client. */
export interface Sdk {
  readonly name: 'javascript' | 'python' | 'go' | 'java';
  /** Name and version as in its registry. */
  readonly package: string;
  /**
   * Fetches what the client needs into a folder with its sources. Throws where a toolchain or its registry is missing.
   */
  readonly fetch: (folder: string) => void;
  readonly build: (folder: string) => Client;
}

const HERE = import.meta.dirname;
/** Path within the client's folder. */
const PYTHON = 'environment/bin/python';

export const SDKS: readonly Sdk[] = [
  {
    name: 'javascript',
    package: `cloudevents ${pinned('../../package.json', /"cloudevents": "([^"]+)"/)}`,
    // It is the one that Sluice itself uses, from node_modules.
    fetch() {},
    build: () => ({ command: process.execPath, args: [join(HERE, 'javascript/client.ts')] }),
  },
  {
    name: 'python',
    package: `cloudevents ${pinned('python/requirements.txt', /^cloudevents==(.+)$/m)}`,
    fetch(folder) {
      run(folder, 'python3', '-m', 'venv', 'environment');
      // Without a network it then gives up within seconds, not after five tries.
      const patience = ['--retries', '1', '--timeout', '15', '--disable-pip-version-check'];
      run(folder, PYTHON, '-m', 'pip', 'install', '--quiet', ...patience, '-r', 'requirements.txt');
    },
    build: () => ({ command: PYTHON, args: ['client.py'] }),
  },
  {
    name: 'go',
    package: `cloudevents/sdk-go/v2 ${pinned('go/go.mod', /sdk-go\/v2 v(\S+)/)}`,
    fetch: (folder) => run(folder, 'go', 'mod', 'download'),
    build(folder) {
      run(folder, 'go', 'build', '-o', 'client', '.');
      return { command: './client', args: [] };
    },
  },
  {
    name: 'java',
    package: `cloudevents-http-basic, cloudevents-json-jackson ${pinned('java/pom.xml', /basic<\/artifactId>\s*<version>([^<]+)/)}`,
    fetch(folder) {
      run(folder, 'javac', '-version');
      run(folder, 'mvn', '-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib');
    },
    build(folder) {
      run(folder, 'javac', '-cp', 'lib/*', 'Client.java');
      return { command: 'java', args: ['-cp', 'lib/*:.', 'Client'] };
    },
  },
];

/** The client of an SDK in its own folder, or why there is none. */
export function clientOf(sdk: Sdk, folder: string): Client | string {
  cpSync(join(HERE, sdk.name), folder, { recursive: true });
  try {
    sdk.fetch(folder);
  } catch (error) {
    // The caller reports it: the toolchain or its registry is missing.
    return error instanceof Error ? error.message : String(error);
  }
  // A compile error is a fault of ours.
  return sdk.build(folder);
}

function run(cwd: string, command: string, ...args: readonly string[]): void {
  try {
    execFileSync(command, args, { cwd, stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stderr}${stdout}`.split('\n').find((line) => line.trim() !== '');
    throw new Error(`expected "${command}" to work: ${said ?? String(error)}`, { cause: error });
  }
}

function pinned(file: string, pattern: RegExp): string {
  const version = pattern.exec(readFileSync(join(HERE, file), 'utf8'))?.[1];
  if (version === undefined) throw new Error(`expected a version in ${file}, found none`);
  return version;
}
