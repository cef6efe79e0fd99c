import { spawn } from 'node:child_process';

/** A browser that is started afresh stays running; an opener that merely hands over ends at once. */
const STARTED_AFTER_MS = 1_500;

/** Opens the address in a browser; false when none could be started. */
export function openBrowser(url: string, browser: string | undefined): Promise<boolean> {
  const { command, args } = browserCommand(url, browser);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    const finish = (opened: boolean) => {
      clearTimeout(started);
      // The browser goes on without us.
      child.unref();
      resolve(opened);
    };
    const started = setTimeout(() => finish(true), STARTED_AFTER_MS);
    child.once('error', () => finish(false));
    child.once('exit', (code) => finish(code === 0));
  });
}

function browserCommand(url: string, browser: string | undefined): { command: string; args: string[] } {
  if (process.platform === 'darwin') {
    return { command: 'open', args: browser === undefined ? [url] : ['-a', browser, url] };
  }
  if (browser !== undefined) return { command: browser, args: [url] };
  // Not by cmd.exe, whose `start` would read the `&` of the query string.
  if (process.platform === 'win32')
    return { command: 'rundll32', args: ['url.dll,FileProtocolHandler', url] };
  return { command: 'xdg-open', args: [url] };
}
