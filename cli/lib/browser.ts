import { spawn } from 'node:child_process';

/** Opens the address in a browser; false when none could be started. */
export function openBrowser(url: string, browser: string | undefined): Promise<boolean> {
  const [command, ...args] = browserCommand(url, browser);
  if (command === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
    // A browser that is started afresh stays; an opener that merely hands over ends at once.
    setTimeout(() => resolve(true), STARTED_AFTER_MS).unref();
    child.unref();
  });
}

const STARTED_AFTER_MS = 1_500;

function browserCommand(url: string, browser: string | undefined): string[] {
  switch (process.platform) {
    case 'darwin':
      return browser === undefined ? ['open', url] : ['open', '-a', browser, url];
    case 'win32':
      // Not by cmd.exe, whose `start` would read the `&` of the query string.
      return browser === undefined ? ['rundll32', 'url.dll,FileProtocolHandler', url] : [browser, url];
    default:
      return [browser ?? 'xdg-open', url];
  }
}
