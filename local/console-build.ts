import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { errorText } from '../src/telemetry/describe-error.ts';

const SCRIPT = fileURLToPath(new URL('../scripts/build-console.ts', import.meta.url));
/** A build takes a fifth of a second. */
const TIMEOUT_MS = 60_000;

/** The console of a local run. A separate process builds it once per run, when it is first opened. */
export class ConsoleBuild {
  readonly folder: string;
  readonly #onFault: (message: string) => void;
  #build: Promise<void> | undefined;

  /** @param onFault receives the reason why it cannot be built; the service then answers that there is no console */
  constructor(folder: string, onFault: (message: string) => void) {
    this.folder = folder;
    this.#onFault = onFault;
  }

  /** Resolves when the folder holds the console, or when the build has failed. */
  done(): Promise<void> {
    this.#build ??= this.#run();
    return this.#build;
  }

  async #run(): Promise<void> {
    try {
      await promisify(execFile)(process.execPath, [SCRIPT, '--plain', this.folder], { timeout: TIMEOUT_MS });
    } catch (error) {
      // Everything else works without it. The next request tries again, because the fault may be repaired.
      this.#build = undefined;
      this.#onFault(`the console cannot be built: ${errorText(error)}`);
    }
  }
}
