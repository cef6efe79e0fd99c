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
 * Reads `path` now, and again every `everyMs` (never again when that is left out). Asks only whether it has changed (ETag), rests while
 * the tab is hidden, and asks less often while the service fails. Nothing is read while `path` is undefined.
 */
export function usePolled<T>(path: string | undefined, everyMs?: number): Polled<T> {
  const [state, setState] = useState<{ path: string | undefined } & Omit<Polled<T>, 'refresh'>>({
    path,
    value: undefined,
    problem: undefined,
    readAt: undefined,
  });
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound((last) => last + 1), []);
  const etag = useRef<{ path: string; etag: string | undefined } | undefined>(undefined);

  // `round` is there so that `refresh` reads anew.
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let due = true;
    let reading = false;

    const read = async () => {
      if (reading || !due || document.hidden) return;
      due = false;
      reading = true;
      let pauseMs = everyMs;
      try {
        const known = etag.current?.path === path ? etag.current.etag : undefined;
        const answer = await getChanged<T>(path, known, stop.signal);
        failures = 0;
        if (stop.signal.aborted) return;
        if (answer !== undefined) etag.current = { path, etag: answer.etag };
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
        if (everyMs !== undefined) {
          pauseMs = Math.max(
            Math.min(PAUSE_MS_MAX, everyMs * 2 ** failures),
            1_000 * (problem.retryAfterSeconds ?? 0),
          );
        }
        setState((last) =>
          last.path === path ? { ...last, problem } : { path, value: undefined, problem, readAt: undefined },
        );
      } finally {
        reading = false;
      }
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
  }, [path, everyMs, round]);

  if (state.path === path) return { ...state, refresh };
  // What was read is of another path: it must not be shown for this one.
  return { value: undefined, problem: undefined, readAt: undefined, refresh };
}
