/** Thrown by a store whose disk is full, as in a local run. Nothing was written; a repeat works once there is room. */
export class StorageFullError extends Error {
  override readonly name = 'StorageFullError';
}

/** A person has to make room: soon enough for a waiting app, and long enough to avoid a rush of retries. */
export const STORAGE_FULL_RETRY_AFTER_SECONDS = 30;
