import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getChanged } from './client.ts';
import { type ApiProblem, asProblem } from './problem.ts';

export interface Polled<T> {
  /** What was read last; kept when a later reading fails. */
  readonly value: T | undefined;
  /** Of the last reading, when it failed. */
  readonly problem: ApiProblem | undefined;
  /** When the last reading succeeded. */
  readonly readAt: number | undefined;
  readonly refresh: () => void;
}

/** Between two readings after failures: doubled from the usual pause up to this. */
const PAUSE_MS_MAX = 60_000;

/**
 * Reads `path` now, and again after `pause` milliseconds (never again when that is left out). Asks only whether it has changed (ETag),
 * rests while the tab is hidden, and asks less often while the service fails. Nothing is read while `path` is undefined.
 * @param pause a number, or what the answer says of it; `undefined` before there was one
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

  // `round` is there so that `refresh` reads anew.
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
  // What was read is of another path: it must not be shown for this one.
  return { value: undefined, problem: undefined, readAt: undefined, refresh };
}
