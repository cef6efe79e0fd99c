import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getChanged } from './client.ts';
import { type ApiProblem, asProblem } from './problem.ts';

export interface Polled<T> {
  /** The last value read; it stays when a later read fails. */
  readonly value: T | undefined;
  /** Set if the last read failed. */
  readonly problem: ApiProblem | undefined;
  /** When a read last succeeded. */
  readonly readAt: number | undefined;
  readonly refresh: () => void;
}

/** The longest pause after failures: the usual pause is doubled up to this. */
const PAUSE_MS_MAX = 60_000;

/**
 * Reads `path` now, and again after `pause` milliseconds (only once without a pause). It only asks whether the value has changed
 * (ETag), stops while the tab is hidden, and asks less often while the service fails. It reads nothing while `path` is undefined.
 * @param pause a number, or computed from the answer, which is `undefined` before the first one
 */
export function usePolled<T>(
  path: string | undefined,
  pause?: number | ((value: T | undefined) => number),
): Polled<T> {
  const [state, setState] = useState<{ path: string | undefined } & Omit<Polled<T>, 'refresh'>>({
    path,
    value: undefined,
    problem: undefined,
    readAt: undefined,
  });
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound((last) => last + 1), []);
  const pauseAfter = useRef(pause);
  pauseAfter.current = pause;
  const etag = useRef<{ path: string; etag: string | undefined } | undefined>(undefined);

  // `round` is a dependency so that `refresh` reads again.
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let due = true;
    let reading = false;
    let value: T | undefined;
    const usualPauseMs = () => {
      const { current } = pauseAfter;
      return typeof current === 'function' ? current(value) : current;
    };

    const read = async () => {
      if (reading || !due || document.hidden) return;
      due = false;
      reading = true;
      let retryMs: number | undefined;
      try {
        const known = etag.current?.path === path ? etag.current.etag : undefined;
        const answer = await getChanged<T>(path, known, stop.signal);
        failures = 0;
        if (stop.signal.aborted) return;
        if (answer !== undefined) {
          etag.current = { path, etag: answer.etag };
          value = answer.value;
        }
        setState((last) => ({
          path,
          value: answer === undefined && last.path === path ? last.value : answer?.value,
          problem: undefined,
          readAt: Date.now(),
        }));
      } catch (error) {
        if (stop.signal.aborted) return;
        failures += 1;
        const problem = asProblem(error);
        const usualMs = usualPauseMs();
        if (usualMs !== undefined) {
          const longerMs = Math.max(usualMs, Math.min(PAUSE_MS_MAX, usualMs * 2 ** failures));
          retryMs = Math.max(longerMs, 1_000 * (problem.retryAfterSeconds ?? 0));
        }
        setState((last) =>
          last.path === path ? { ...last, problem } : { path, value: undefined, problem, readAt: undefined },
        );
      } finally {
        reading = false;
      }
      const pauseMs = retryMs ?? usualPauseMs();
      if (pauseMs === undefined) return;
      timer = setTimeout(() => {
        due = true;
        void read();
      }, pauseMs);
    };
    const shown = () => void read();
    document.addEventListener('visibilitychange', shown);
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', shown);
    };
  }, [path, round]);

  if (state.path === path) return { ...state, refresh };
  // The value belongs to another path and must not be shown for this one.
  return { value: undefined, problem: undefined, readAt: undefined, refresh };
}
