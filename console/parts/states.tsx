import type { ComponentChildren } from 'preact';
import type { ApiProblem } from '../api/problem.ts';
import { Plain } from './plain.tsx';

/** A placeholder for the content, as high as `rows` lines of it, so that nothing jumps. */
export function Loading({ what, rows = 8 }: { readonly what: string; readonly rows?: number }) {
  return (
    <div class="loading" style={{ '--rows': rows }} role="status">
      <span>Loading {what} …</span>
    </div>
  );
}

/** The error in the service's own words, and a way to try again. */
export function Failure({
  problem,
  retry,
}: {
  readonly problem: ApiProblem;
  readonly retry?: (() => void) | undefined;
}) {
  return (
    <section class="state" role="alert">
      <h2>{problem.status === 0 ? 'No answer' : 'Sluice could not answer that'}</h2>
      <p>
        <Plain text={problem.message} />
      </p>
      <p class="quiet-text">
        {problem.status === 0 ? problem.id : `HTTP ${problem.status}, ${problem.id}`}
        {problem.retryAfterSeconds !== undefined && ` · try again in ${problem.retryAfterSeconds} s`}
      </p>
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </section>
  );
}

/** A line above content from an earlier read: the content stays. */
export function Stale({
  problem,
  readAt,
}: {
  readonly problem: ApiProblem;
  readonly readAt: number | undefined;
}) {
  return (
    <p class="notice notice-warn" role="status">
      <Plain text={problem.message} />{' '}
      {readAt !== undefined && <>Shown is what was there at {new Date(readAt).toLocaleTimeString()}. </>}
      The page keeps trying.
    </p>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <section class="state">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** This page cannot repair it: the way back in is the command line. */
export function SessionEnded({ problem }: { readonly problem?: ApiProblem | undefined }) {
  return (
    <section class="state" role="alert">
      <h1>{problem === undefined ? 'No session' : 'This link does not open the console'}</h1>
      {problem === undefined ? (
        <p>
          A session of the console lasts an hour, and ends when its token is revoked. Nothing that you did
          here is lost.
        </p>
      ) : (
        <p>
          <Plain text={problem.message} />
        </p>
      )}
      <p>To open it again, run this where you use the command line:</p>
      <pre class="command">sluice console</pre>
    </section>
  );
}
