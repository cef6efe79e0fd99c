/** The API's refusal, or why it could not be asked. `message` says what to do. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** The status of the answer; 0 when there was none. */
  readonly status: number;
  /** Stable, as in docs/api.md; `unreachable` and `no-answer` when there was no answer. */
  readonly id: string;
  /** Seconds that the service asked us to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    id: string,
    message: string,
    options?: { readonly retryAfterSeconds?: number | undefined; readonly cause?: unknown },
  ) {
    super(message, { cause: options?.cause });
    this.status = status;
    this.id = id;
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}

/** Anything that is not an `ApiProblem` is a bug of ours. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  console.error(error);
  return new ApiProblem(
    0,
    'console-fault',
    `The console made a mistake: ${String(error)}. Load the page again.`,
    {
      cause: error,
    },
  );
}
