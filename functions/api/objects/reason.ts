import { timeText } from '../../../src/base/calendar.ts';
import type { Reason } from '../../../src/domain/fields.ts';
import type { Shown } from '../shown.ts';

export function reasonObject(reason: {
  readonly id: string;
  readonly message: string;
  readonly atMs: number;
}): Shown<typeof Reason> {
  return { id: reason.id, message: reason.message, at: timeText(reason.atMs) };
}
