/**
 * What a store throws when its disk is full, as that of a local run may be. Nothing of the write was kept; the same write
 * works once there is room.
 */
export class StorageFullError extends Error {
  override readonly name = 'StorageFullError';
}

/** Until a person has made room: soon enough for an app that waits, and no rush of tries before. */
export const STORAGE_FULL_RETRY_AFTER_SECONDS = 30;
