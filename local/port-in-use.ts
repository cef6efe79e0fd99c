/** A port that the run needs is taken; the message says which, and what to do. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}

/** The error of a server that could not listen, in a sentence if a taken port is why. */
export function explainPortInUse(error: unknown, message: string): unknown {
  // The servers are of several kinds, and not all of them keep the code.
  return error instanceof Error && error.message.includes('EADDRINUSE')
    ? new PortInUseError(message, { cause: error })
    : error;
}
