import { createInterface } from 'node:readline';

/** The next line of standard input; empty when it ends. The question goes to stderr: stdout is for results. */
export function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    let answered = false;
    lines.once('close', () => {
      // What is said next begins on a line of its own.
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

/** Keys as they are pressed. Where there is no terminal, no key ever comes. */
export interface Keyboard {
  /** The next key, or undefined when `signal` ends the wait. */
  nextKey(signal?: AbortSignal): Promise<string | undefined>;
  close(): void;
}

export function isQuit(key: string | undefined): boolean {
  return key === 'q' || key === 'Q' || key === CTRL_C;
}

export function openKeyboard(input: NodeJS.ReadStream = process.stdin): Keyboard {
  // Raw mode gives each key at once, and Ctrl-C as a key, so that a cancel can still clean up.
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
