import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { errorText } from '../src/telemetry/describe-error.ts';

const SCRIPT = fileURLToPath(new URL('../scripts/build-console.ts', import.meta.url));
/** It takes a fifth of a second. */
const TIMEOUT_MS = 60_000;

/** The console of a local run: built from its sources by a process of its own, once in a run, when somebody first wants to see it. */
export class ConsoleBuild {
  readonly folder: string;
  readonly #onFault: (message: string) => void;
  #build: Promise<void> | undefined;

  /** @param onFault told why it cannot be built; the service then answers that there is none */
  constructor(folder: string, onFault: (message: string) => void) {
    this.folder = folder;
    this.#onFault = onFault;
  }

  /** Resolves when the folder holds the console, or it cannot be built. */
  done(): Promise<void> {
    this.#build ??= this.#run();
    return this.#build;
  }

  async #run(): Promise<void> {
    try {
      await promisify(execFile)(process.execPath, [SCRIPT, '--plain', this.folder], { timeout: TIMEOUT_MS });
    } catch (error) {
      // Everything else of the run works without it. The next who asks tries again: what was wrong may be mended.
      this.#build = undefined;
      this.#onFault(`the console cannot be built: ${errorText(error)}`);
    }
  }
}
