import { Errors } from '@oclif/core';

/** The command could not do what was asked. */
export const EXIT_FAILURE = 1;
/** The command line is invalid. The parser's own errors use this code, too. */
export const EXIT_USAGE = 2;

/** Another session has taken over from the command, which is not an error. */
export const EXIT_TAKEN_OVER = 3;

/** Ends the command with a message for a person. */
export class Failure extends Errors.CLIError {
  constructor(message: string, exit: number = EXIT_FAILURE) {
    super(message, { exit });
  }
}

/** The command line is incomplete or contradicts itself; nothing was sent to the service. */
export class UsageFailure extends Failure {
  constructor(message: string) {
    super(message, EXIT_USAGE);
  }
}
