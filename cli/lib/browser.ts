import open from 'open';

/** A new browser process keeps running; an opener that hands the URL to a running browser exits at once. */
const STARTED_AFTER_MS = 1_500;

/**
 * Opens the address in a browser; false when none could be started.
 * @param browser the name of an app or the path of a program; the system's own choice without it
 */
export async function openBrowser(url: string, browser: string | undefined): Promise<boolean> {
  try {
    const child = await open(url, browser === undefined ? {} : { app: { name: browser } });
    if (child.exitCode !== null) return child.exitCode === 0;
    return await new Promise((resolve) => {
      const started = setTimeout(() => resolve(true), STARTED_AFTER_MS);
      child.once('exit', (code) => {
        clearTimeout(started);
        resolve(code === 0);
      });
    });
  } catch {
    // The program does not exist or may not be started: the caller says so and shows the address.
    return false;
  }
}
