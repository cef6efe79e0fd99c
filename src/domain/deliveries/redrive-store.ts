import type { Redrive } from './redrive.ts';

export interface RedriveStore {
  create(redrive: Redrive): Promise<void>;
  get(appId: string, id: string): Promise<Redrive | undefined>;
  /** Sorted by start time, newest first. */
  list(appId: string): Promise<Redrive[]>;
  /** Writes `redrive` with `version + 1` if the stored version is still `redrive.version`. */
  update(redrive: Redrive): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /** Redrives of all apps whose `lookAtMs` has passed, or lies more than `REDRIVE_CLAIM_MS` ahead; earliest first. */
  listDue(nowMs: number, limit: number): Promise<Redrive[]>;
}

/** Sorts redrives by start time. Never looks like an id. */
export function redriveKey({ startedAtMs, id }: Redrive): string {
  return `${String(startedAtMs).padStart(15, '0')}.${id.slice(0, 8)}`;
}
