/** A port that the run needs is taken; the message says which, and what to do. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}

/** Explains the error of a server that could not listen: a sentence if the port is taken, else the error itself. */
export function explainPortInUse(error: unknown, message: string): unknown {
  // There are several kinds of servers, and not all of them preserve the code.
  return error instanceof Error && error.message.includes('EADDRINUSE')
    ? new PortInUseError(message, { cause: error })
    : error;
}
