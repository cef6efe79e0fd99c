/** The waits of the Pub/Sub API, in real milliseconds; tests shorten them. */
export interface Timing {
  /**
   * An empty response is sent after this long without events while some are requested. Seen: about 60 s; promised:
   * within 270 s.
   */
  keepaliveMs: number;
  /** A stream without requested events is closed after this long. */
  idleCloseMs: number;
  /** Events published within this time after a subscription at LATEST begins are missed. Live orgs: about 3 s. */
  latestSettleMs: number;
  /** A publish stream without a request is closed after this long. */
  publishIdleMs: number;
  /** An idle publish stream gets an empty response this often. */
  publishKeepaliveMs: number;
}

export const LIVE_TIMING: Timing = {
  keepaliveMs: 60_000,
  idleCloseMs: 60_000,
  latestSettleMs: 3_000,
  publishIdleMs: 70_000,
  publishKeepaliveMs: 60_000,
};
