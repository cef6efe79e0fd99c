import { Errors } from '@oclif/core';

/** The command could not do what was asked. */
export const EXIT_FAILURE = 1;
/** The command line is not right. The parser's own errors end with this, too. */
export const EXIT_USAGE = 2;

/** Somebody else has taken the place of the command: nothing is wrong with it. */
export const EXIT_TAKEN_OVER = 3;

/** Ends the command with a message for a person. */
export class Failure extends Errors.CLIError {
  constructor(message: string, exit: number = EXIT_FAILURE) {
    super(message, { exit });
  }
}

/** The command line lacks something, or contradicts itself: nothing was asked of the service. */
export class UsageFailure extends Failure {
  constructor(message: string) {
    super(message, EXIT_USAGE);
  }
}
