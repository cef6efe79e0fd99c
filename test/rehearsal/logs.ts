import type { FunctionName, Installation, LogLine } from './installation.ts';

/** Lines that a check intends to cause. */
export interface ExpectedLine {
  readonly of: FunctionName;
  readonly pattern: RegExp;
  readonly reason: string;
}

const DENIED = /AccessDenied|not authorized to perform|UnauthorizedOperation/i;
/** From our log, and from Lambda's runtime. */
const BAD = /"level":"(WARN|ERROR)"|Task timed out|Runtime\.|errorType|Unhandled/;

/** Lines about a denied right, or about an error that no check intended to cause. */
export async function unexpectedLines(
  installation: Installation,
  expected: readonly ExpectedLine[],
): Promise<readonly LogLine[]> {
  const lines = await installation.logs();
  if (lines.length === 0) throw new Error('expected the functions to have logged something, found nothing');
  return lines.filter(
    ({ functionName, text }) =>
      DENIED.test(text) ||
      (BAD.test(text) && !expected.some(({ of, pattern }) => of === functionName && pattern.test(text))),
  );
}
