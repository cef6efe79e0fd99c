/** A mistake of a kind that somebody has made, here or elsewhere, as a change to one file. */
export interface PlantedFault {
  readonly name: string;
  /** Described for readers of the table. */
  readonly what: string;
  readonly file: string;
  /** Must occur exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    name: 'shared-delivery-id',
    what: 'two streams of one event to one publication share a delivery id',
    file: 'src/domain/deliveries/delivery.ts',
    find: "return stableId(publicationId, subscriptionId ?? '', source, id);",
    replace: 'return stableId(publicationId, source, id);',
  },
  {
    name: 'message-before-record',
    what: 'a retry is queued before its record is written',
    file: 'src/pipeline/deliver/settle-delivery.ts',
    find: 'const stored = await this.#store(job, decision.record);',
    replace: `if (decision.retryDelaySeconds !== undefined) {
      await queue.send([{ ...retryMessage(decision.record), delaySeconds: decision.retryDelaySeconds }]);
    }
    const stored = await this.#store(job, decision.record);`,
  },
  {
    name: 'cursor-before-acceptance',
    what: 'the cursor moves over a frame before the queue has taken it',
    file: 'src/pipeline/read/feed-session.ts',
    find: 'const accepted = await acceptFrame(',
    replace: `const ahead = received.at(-1);
    if (ahead !== undefined) {
      this.#advance({ cursor: ahead.cursor, acceptedCount: 0, reachesLatest: false, gaps: [] });
    }
    const accepted = await acceptFrame(`,
  },
  {
    name: 'partly-refused-frame',
    what: 'of a frame that the queue took in part, the cursor moves over all',
    file: 'src/pipeline/read/accept-frame.ts',
    find: 'const firstRefused = refused.reduce(',
    replace: 'const firstRefused = (refused.length < messages.length ? [] : refused).reduce(',
  },
  {
    name: 'resume-races-park',
    what: 'a delivery that is parked while its publication is resumed is not looked for',
    file: 'src/pipeline/deliver/deliver.ts',
    find: 'await this.#settler.releaseIfResumed(parked);',
    replace: 'void parked;',
  },
  {
    name: 'lost-taken-for-written',
    what: 'a cursor write that answers "lost" is taken for written',
    file: 'src/pipeline/read/leased-feed.ts',
    find: "if (moved === 'moved') this.#state = 'active';\n    else this.lose();",
    replace: "void moved;\n    this.#state = 'active';",
  },
  {
    name: 'writes-after-loss',
    what: 'a worker that was told that it lost its lease goes on writing',
    file: 'src/pipeline/read/leased-feed.ts',
    find: 'if (this.#isLost) return;\n    const { caughtUpAtMs, isCaughtUp }',
    replace: 'const { caughtUpAtMs, isCaughtUp }',
  },
  {
    name: 'lease-ended-early',
    what: 'a worker that is late with its renewal is taken for dead before its lease has run out',
    file: 'src/domain/feeds/feed-worker-record.ts',
    find: 'return untilMs <= nowMs ||',
    replace: 'return untilMs - 31_000 <= nowMs ||',
  },
  {
    name: 'partial-failure-forgotten',
    what: 'a message that was given back for later is not named among the failures of its batch',
    file: 'src/pipeline/end-batch.ts',
    find: 'return toReturn.map(({ id }) => id);',
    replace: "return toReturn.filter((_, index) => results[index]?.kind !== 'done').map(({ id }) => id);",
  },
  {
    name: 'drain-forgets-the-last',
    what: 'a drain forgets the last delivery of its last page, and counts as over',
    file: 'src/pipeline/deliver/parked-deliveries.ts',
    find: `isOver = false;
    const stepMs = 1_000 / pace;
    const claimed = await writeUnlessChanged(publications, {
      ...current,
      releaseAtMs: clock.now() + DRAIN_AGAIN_MS,
      drain: { ratePerSecond, plannedUntilMs: Math.ceil(fromMs + page.deliveries.length * stepMs) },
    });
    if (claimed === undefined) return;
    current = claimed;
    const planned = await Promise.all(
      page.deliveries.map((delivery, index) =>`,
    replace: `isOver = mayEnd && after === undefined;
    const stepMs = 1_000 / pace;
    const claimed = await writeUnlessChanged(publications, {
      ...current,
      releaseAtMs: clock.now() + DRAIN_AGAIN_MS,
      drain: { ratePerSecond, plannedUntilMs: Math.ceil(fromMs + page.deliveries.length * stepMs) },
    });
    if (claimed === undefined) return;
    current = claimed;
    const planned = await Promise.all(
      page.deliveries.slice(0, isOver ? -1 : undefined).map((delivery, index) =>`,
  },
  {
    name: 'delay-beyond-the-queue',
    what: 'a retry that is due later than the queue can delay a message is sent with that delay',
    file: 'src/pipeline/deliver/decide-outcome.ts',
    find: 'if (delayMs > delaySecondsMax * 1_000) {',
    replace: 'if (delayMs > delaySecondsMax * 100_000) {',
  },
  {
    name: 'accepted-unqueued',
    what: 'a publish is answered 202 although the queue refused it',
    file: 'src/pipeline/publish/publish.ts',
    find: 'if (!result.queued) {',
    replace: "if (!result.queued && result.reason === 'storage-full') {",
  },
  {
    name: 'generator-moves-on',
    what: 'a generator moves on although the queue refused its events',
    file: 'src/pipeline/generate/generate.ts',
    find: 'if (results.some((result) => !result.queued)) {',
    replace: 'if (results.length < 0) {',
  },
  {
    name: 'filter-drops-silently',
    what: 'an event that a filter fails on is dropped, not stored',
    file: 'src/pipeline/read/accept-frame.ts',
    find: 'await storeRouteFailures(ports.deliveries, failures, ports.clock.now(), keptMs);',
    replace: 'void storeRouteFailures;',
  },
  {
    name: 'claim-leaves-the-index',
    what: 'a delivery that the sweep has queued is not swept again, though its message may get lost',
    file: 'src/pipeline/deliver/sweep.ts',
    find: 'sweepAtMs: nowMs + SWEEP_AGAIN_MS',
    replace: 'sweepAtMs: undefined',
  },
  {
    name: 'pause-seen-late',
    what: 'what is known of a publication is kept for a minute, so that a pause takes as long',
    file: 'src/pipeline/deliver/publication-cache.ts',
    find: 'export const PUBLICATION_AGE_MS_MAX = 5_000;',
    replace: 'export const PUBLICATION_AGE_MS_MAX = 60_000;',
  },
  {
    name: 'two-probes-at-once',
    what: 'of several workers that claim the probe of an open breaker, each takes it for its own',
    file: 'src/pipeline/deliver/publication-health.ts',
    find: 'return await writeUnlessChanged(publications, claim);',
    replace: 'await writeUnlessChanged(publications, claim);\n      return claim;',
  },
  {
    name: 'closes-without-draining',
    what: 'a breaker closes, and what was parked is left to the look after hours',
    file: 'src/domain/publications/breaker-rules.ts',
    find: '    releaseAtMs: nowMs,\n',
    replace: '',
  },
  {
    name: 'open-breaker-ignored',
    what: 'what comes for an open breaker is sent all the same',
    file: 'src/pipeline/deliver/deliver.ts',
    find: 'return publication !== undefined && isSending(publication)',
    replace: "return publication?.state === 'active'",
  },
  {
    name: 'overtakes-a-blocked-lane',
    what: 'an ordered delivery is sent although an earlier one of its key waits in the store',
    file: 'src/pipeline/deliver/ordered.ts',
    find: 'while (!isBlocked && waiting.length > 0) {',
    replace: 'while (waiting.length > 0) {',
  },
  {
    name: 'unblocked-before-drained',
    what: 'a lane is unblocked while its first delivery still waits',
    file: 'src/pipeline/deliver/lanes.ts',
    find: 'if (await this.#sendFirstOpen(appId, laneId, members)) return;',
    replace: 'await this.#sendFirstOpen(appId, laneId, members);',
  },
  {
    name: 'unblocked-unseen',
    what: 'a lane is unblocked by its version of now, and not by that from before its members were read',
    file: 'src/pipeline/deliver/lanes.ts',
    find: '(await lanes.write(unblocked(lane, clock.now()))) ===',
    replace: '(await lanes.write(unblocked((await lanes.get(appId, laneId)) ?? lane, clock.now()))) ===',
  },
  {
    name: 'held-beside',
    what: 'of a blocked lane the next two deliveries are sent at once',
    file: 'src/pipeline/deliver/lanes.ts',
    find: 'if (released !== undefined) await queue.send([retryMessage(released)]);\n      return true;',
    replace: `if (released !== undefined) await queue.send([retryMessage(released)]);
      if (sequence !== members[0]?.sequence) return true;`,
  },
  {
    name: 'lane-goes-on-after-a-failure',
    what: 'of an ordered batch that met an error, only the first message is received again',
    file: 'src/pipeline/deliver/ordered.ts',
    find: 'progress.jobsFailed(open, error);',
    replace: 'progress.jobsFailed(open.slice(0, 1), error);',
  },
  {
    name: 'members-in-any-order',
    what: 'of a batch that waits in a blocked lane, the members are added side by side',
    file: 'src/pipeline/deliver/lanes.ts',
    find: 'for (const member of members) await lanes.addMember(appId, laneId, member);',
    replace: 'await Promise.all(members.map((member) => lanes.addMember(appId, laneId, member)));',
  },
];
