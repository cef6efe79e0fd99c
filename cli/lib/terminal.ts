import { createInterface } from 'node:readline';

/** Reads a line from standard input; empty at its end. The question goes to stderr, because stdout is for results. */
export function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    let answered = false;
    lines.once('close', () => {
      // Start the next output on a new line.
      if (!answered) process.stderr.write('\n');
      resolve('');
    });
    lines.question(question, (answer) => {
      answered = true;
      resolve(answer.trim());
      lines.close();
    });
  });
}

const CTRL_C = '\u0003';

/** Delivers keys as they are pressed. Without a terminal, no key ever arrives. */
export interface Keyboard {
  /** The next key, or undefined when `signal` ends the wait. */
  nextKey(signal?: AbortSignal): Promise<string | undefined>;
  close(): void;
}

export function isQuit(key: string | undefined): boolean {
  return key === 'q' || key === 'Q' || key === CTRL_C;
}

export function openKeyboard(input: NodeJS.ReadStream = process.stdin): Keyboard {
  // Raw mode delivers each key at once, including Ctrl-C, so that a cancel can still clean up.
  if (input.isTTY) input.setRawMode(true);
  input.setEncoding('utf8');
  return {
    nextKey: (signal) =>
      new Promise((resolve) => {
        const finish = (key: string | undefined) => {
          input.off('data', onData);
          input.pause();
          resolve(key);
        };
        const onData = (data: string | Buffer) => finish(String(data).charAt(0));
        signal?.addEventListener('abort', () => finish(undefined), { once: true });
        input.on('data', onData);
        input.resume();
      }),
    close() {
      if (input.isTTY) input.setRawMode(false);
      input.pause();
    },
  };
}
