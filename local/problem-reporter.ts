import { type Cache, makeCache } from '../src/base/cache.ts';
import type { Clock } from '../src/base/clock.ts';
import type { Timers } from '../src/base/timers.ts';
import type { Terminal } from './terminal.ts';

export interface ReporterPorts {
  readonly terminal: Pick<Terminal, 'event'>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** The app's name for people, or its id if the app no longer exists. */
  readonly appName: (appId: string) => Promise<string>;
}

/** A full disk fails every request, so the same message is repeated only after this time. */
const REPEATED_AFTER_MS = 10_000;
const SHOWN_MAX = 100;
/** A receiver that is down fails many deliveries: after the first failure, they are summarised at this interval. */
const SUMMED_UP_MS = 60_000;
/** Messages for operators of an installation; in a local run every destroyed app causes them. */
const NOT_SHOWN = ['FEED_LEASE_LOST', 'FEED_WORKER_LOST'];

interface LogEntry {
  readonly level?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly [field: string]: unknown;
}

/** A publication whose deliveries fail. */
interface Failing {
  readonly appId: string;
  readonly publication: string;
  reason: string;
  /** Failures since the last line about it. */
  count: number;
}

/** Shows in the terminal what a person should know now; the log file has everything. */
export class ProblemReporter {
  readonly #ports: ReporterPorts;
  /** Messages shown a moment ago. */
  readonly #shown: Cache<true>;
  readonly #failing = new Map<string, Failing>();

  constructor(ports: ReporterPorts) {
    this.#ports = ports;
    this.#shown = makeCache(SHOWN_MAX, { clock: ports.clock, ageMsMax: REPEATED_AFTER_MS });
  }

  /** @param line a log line, as JSON */
  show(line: string): void {
    let entry: LogEntry;
    try {
      entry = JSON.parse(line);
    } catch {
      // Written by a library, not by our logger; the log file has it.
      return;
    }
    if (entry.code === 'FEED_STARTED') {
      this.#ports.terminal.event('feed', `reading ${String(entry['topic'])} over the Pub/Sub API`);
    } else if (entry.code === 'DELIVERY_ATTEMPTED') this.#showAttempt(entry);
    else if ((entry.level === 'ERROR' || entry.level === 'WARN') && !NOT_SHOWN.includes(String(entry.code))) {
      this.#sayOnce(
        `${String(entry.message)}${entry['error'] === undefined ? '' : `: ${String(entry['error'])}`}`,
      );
    }
  }

  #showAttempt(entry: LogEntry): void {
    // The delivery waits to be pulled, as it should.
    if (entry['outcome'] === 'kept') return;
    const appId = String(entry['appId']);
    const publication = String(entry['publication']);
    const key = `${appId} ${publication}`;
    const failing = this.#failing.get(key);
    if (entry['outcome'] === 'delivered') {
      if (failing === undefined) return;
      this.#failing.delete(key);
      void this.#say(failing, (app) => `deliveries to ${publication} (app ${app}) are taken again`);
      return;
    }
    const reason = String(entry['errorId'] ?? 'no reason');
    if (failing !== undefined) {
      failing.count += 1;
      failing.reason = reason;
      return;
    }
    const first: Failing = { appId, publication, reason, count: 0 };
    this.#failing.set(key, first);
    void this.#say(first, (app) => {
      const of = `${publication} -a ${app}`;
      return (
        `a delivery to ${publication} (app ${app}) was not taken (${reason}). If nothing is to be there, ` +
        `npx sluice events:publications:pause ${of}, or :destroy ${of}; the deliveries: npx sluice events:deliveries -p ${of}`
      );
    });
    this.#sumUpLater(key, first);
  }

  #sumUpLater(key: string, failing: Failing): void {
    this.#ports.timers.after(SUMMED_UP_MS, () => {
      if (this.#failing.get(key) !== failing) return;
      const { publication, count, reason } = failing;
      if (count === 0) {
        this.#failing.delete(key);
        return;
      }
      failing.count = 0;
      void this.#say(
        failing,
        (app) =>
          `${count} more attempts for ${publication} (app ${app}) in the last minute were not taken (${reason})`,
      );
      this.#sumUpLater(key, failing);
    });
  }

  async #say({ appId }: Failing, sentence: (app: string) => string): Promise<void> {
    this.#ports.terminal.event('sluice', sentence(await this.#ports.appName(appId)));
  }

  #sayOnce(text: string): void {
    if (this.#shown.has(text)) return;
    this.#shown.set(text, true);
    this.#ports.terminal.event('sluice', text);
  }
}
