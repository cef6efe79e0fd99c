import { describe, expect, test } from 'vitest';
import { EmfMetrics } from '../../src/telemetry/emf-metrics.ts';
import { METRICS_NAMESPACE, type Metrics } from '../../src/telemetry/metrics.ts';
import { TestClock } from '../support/test-clock.ts';
import { AlarmEvaluator, Series } from './support/alarm-evaluator.ts';
import { metricsOf } from './support/emf.ts';
import { evaluateMath } from './support/metric-math.ts';
import { functionResource, resourcesOf, synthesize } from './support/synthesize.ts';

// The alarms of the synthesized template, over what the functions and AWS would have written during an hour of various
// conditions.

const template = synthesize();
const FUNCTIONS = ['ingest', 'deliver', 'pubsub-poller', 'schedule', 'api'] as const;
const MINUTE_MS = 60_000;

/** The minutes of an installation, and what is written in each. */
class Installation {
  readonly series = new Series();
  readonly #clock = new TestClock();
  readonly #startedAtMs = this.#clock.now();

  /** Records what a function does in that minute, from the lines that it writes. */
  record(minute: number, work: (metrics: Metrics) => void): void {
    const metrics = new EmfMetrics({
      installation: 'Sluice',
      clock: { now: () => this.#startedAtMs + minute * MINUTE_MS },
      zeros: ['DeliveryErrors'],
      write: (line) => {
        for (const { name, dimensions, values } of metricsOf(line)) {
          this.series.add({ namespace: METRICS_NAMESPACE, name, dimensions }, minute, ...values);
        }
      },
    });
    work(metrics);
    metrics.flush();
  }

  invoked(minute: number, name: (typeof FUNCTIONS)[number], count: number, errors = 0): void {
    const dimensions = { FunctionName: functionResource(template, name).id };
    for (const [metric, value] of [
      ['Invocations', count],
      ['Errors', errors],
      ['Throttles', 0],
    ] as const) {
      this.series.add({ namespace: 'AWS/Lambda', name: metric, dimensions }, minute, value);
    }
  }

  queue(minute: number, idStart: string, name: string, value: number): void {
    const id = resourcesOf(template).find(
      ([each, { Type }]) => Type === 'AWS::SQS::Queue' && each.startsWith(idStart),
    )?.[0];
    if (id === undefined) throw new Error(`expected a queue ${idStart}`);
    this.series.add({ namespace: 'AWS/SQS', name, dimensions: { QueueName: id } }, minute, value);
  }

  /** An ordinary minute: a hundred events in and out, a target that fails now and then, a feed that is read. */
  ordinary(minute: number, { deliveries = 100 } = {}): void {
    this.invoked(minute, 'schedule', 1);
    this.invoked(minute, 'ingest', 50);
    this.invoked(minute, 'deliver', 20);
    this.queue(minute, 'DeliveriesQueue', 'ApproximateAgeOfOldestMessage', 3);
    this.queue(minute, 'DeliveriesQueue', 'ApproximateNumberOfMessagesVisible', 2);
    this.record(minute, (metrics) => {
      metrics.count('EventsAccepted', deliveries);
      metrics.count('Attempts', deliveries);
      metrics.count('Delivered', deliveries - 1);
      metrics.countFailed({ Stage: 'send', Reason: 'timeout' });
      metrics.count('Retried');
      for (let n = 1; n < deliveries; n += 1) metrics.measure('DeliveryTime', 200 + n);
    });
    this.feeds(minute, 0);
  }

  feeds(minute: number, lagMs: number, stopped = 0): void {
    this.record(minute, (metrics) => {
      metrics.measure('FeedsStopped', stopped);
      metrics.measure('FeedLag', lagMs);
      metrics.measure('CursorAge', lagMs + 1_000);
    });
  }
}

/**
 * With the periods that CloudWatch surely looks at, and with those that it may look at as well: the result must be the
 * same.
 */
function ringsOf(installation: Installation, minutes: number, of = template): string[] {
  const all = [0, 2].map((extraPeriods) =>
    new AlarmEvaluator(of, extraPeriods)
      .ringsOf(installation.series, minutes)
      .map(({ alarm, topic }) => `${alarm} ${topic}`)
      .toSorted(),
  );
  expect(all[0]).toEqual(all[1]);
  return all[0] ?? [];
}

const HOUR = 60;
function anHour(change: (installation: Installation, minute: number) => void): Installation {
  const installation = new Installation();
  for (let minute = 1; minute <= HOUR; minute += 1) change(installation, minute);
  return installation;
}

describe('nobody is called', () => {
  test('by an hour of ordinary work', () => {
    expect(
      ringsOf(
        anHour((each, minute) => each.ordinary(minute)),
        HOUR,
      ),
    ).toEqual([]);
  });

  test('by a first deployment whose clock strikes after some minutes, and where nothing happens yet', () => {
    for (const firstMinute of [2, 4, 8]) {
      const fresh = anHour((each, minute) => {
        if (minute >= firstMinute) each.invoked(minute, 'schedule', 1);
      });
      expect(ringsOf(fresh, HOUR)).toEqual([]);
    }
  });

  test('by a clock that has never run: that is what `sluice doctor --aws` is for', () => {
    expect(ringsOf(new Installation(), HOUR)).toEqual([]);
  });

  test('by one bad minute, of everything at once', () => {
    const installation = anHour((each, minute) => {
      if (minute !== 30) return each.ordinary(minute);
      each.invoked(minute, 'schedule', 1, 1);
      each.invoked(minute, 'ingest', 50, 50);
      each.invoked(minute, 'deliver', 20, 20);
      each.invoked(minute, 'pubsub-poller', 1, 1);
      each.invoked(minute, 'api', 1, 1);
      each.feeds(minute, 9 * MINUTE_MS, 1);
      each.record(minute, (metrics) => {
        metrics.count('PublishesRefused', 50);
        metrics.count('DeliveryErrors', 100);
        metrics.count('Attempts', 100);
        metrics.count('ScheduleTasksFailed', 4);
        metrics.count('RequestsFailed');
        metrics.measure('DeliveryTime', 20 * MINUTE_MS);
      });
    });
    expect(ringsOf(installation, HOUR)).toEqual([]);
  });

  test('by a schedule that missed three minutes, nor by a worker whose death was healed in two', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute === 20) each.invoked(minute, 'pubsub-poller', 1, 1);
      if (minute === 20 || minute === 21) each.feeds(minute, 2 * MINUTE_MS);
    });
    const missed = anHour((each, minute) => {
      if (minute < 30 || minute > 32) each.ordinary(minute);
    });
    expect(ringsOf(installation, HOUR)).toEqual([]);
    expect(ringsOf(missed, HOUR)).toEqual([]);
  });

  test('by one poison message among others', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute >= 20 && minute <= 26) {
        each.record(minute, (metrics) => {
          metrics.count('DeliveryErrors');
          metrics.count('Attempts');
        });
      }
    });
    expect(ringsOf(installation, HOUR)).toEqual([]);
  });
});

describe('somebody is woken, and only by what it is', () => {
  test('by an outage of deliveries of five minutes, while it lasts', () => {
    const installation = anHour((each, minute) => {
      if (minute < 30 || minute >= 35) return each.ordinary(minute);
      each.invoked(minute, 'schedule', 1);
      each.invoked(minute, 'deliver', 20);
      each.feeds(minute, 0);
      each.record(minute, (metrics) => {
        metrics.count('DeliveryErrors', 60);
        metrics.count('Attempts', 60);
      });
    });
    expect(ringsOf(installation, HOUR)).toEqual(['DeliveryOutage Wake']);
    const [ring] = new AlarmEvaluator(template, 0).ringsOf(installation.series, HOUR);
    // At the end of its second minute.
    expect(ring?.minute).toBe(32);
  });

  test('by an outage where there is little to deliver', () => {
    const installation = anHour((each, minute) => {
      each.invoked(minute, 'schedule', 1);
      if (minute < 30) return;
      each.record(minute, (metrics) => {
        metrics.count('DeliveryErrors');
        metrics.count('Attempts');
      });
    });
    expect(ringsOf(installation, HOUR)).toEqual(['DeliveryOutage Wake']);
  });

  test('by a feed that has stopped', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute >= 30) each.feeds(minute, 0, 1);
    });
    expect(ringsOf(installation, HOUR)).toEqual(['FeedStopped Wake']);
  });

  test('by a worker that died and that nobody follows', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute >= 30) each.feeds(minute, (minute - 30) * MINUTE_MS);
    });
    expect(ringsOf(installation, HOUR)).toEqual(['FeedLag Wake']);
  });

  test('by wake-up calls that nobody takes', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute >= 30) each.queue(minute, 'PollsQueue', 'ApproximateNumberOfMessagesVisible', minute - 29);
    });
    expect(ringsOf(installation, HOUR)).toEqual(['FeedsWithoutWorker Wake']);
  });

  test.each([
    ['each minute', (minute: number) => minute >= 20],
    ['at the end of each session', (minute: number) => minute >= 14 && minute % 14 === 0],
  ])('by a poller that crashes %s', (_, crashes) => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (crashes(minute)) each.invoked(minute, 'pubsub-poller', 1, 1);
    });
    expect([...new Set(ringsOf(installation, HOUR))]).toEqual(['PollerCrashes Wake']);
  });

  test('by a clock that stopped after it had run', () => {
    const installation = anHour((each, minute) => {
      if (minute < 30) each.ordinary(minute);
    });
    expect(ringsOf(installation, HOUR)).toEqual(['ClockStopped Wake']);
  });

  test('by deliveries that come late', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute >= 30) {
        each.record(minute, (metrics) => {
          for (let n = 0; n < 5; n += 1) metrics.measure('DeliveryTime', 6 * MINUTE_MS);
        });
      }
    });
    expect(ringsOf(installation, HOUR)).toEqual(['DeliveriesLate Wake']);
  });

  test('by publishes that are refused for some minutes', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute >= 30 && minute < 35) each.record(minute, (metrics) => metrics.count('PublishesRefused', 2));
    });
    expect(ringsOf(installation, HOUR)).toEqual(['PublishesRefused Wake']);
  });

  test('by functions that crash, each by its own name', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute < 30) return;
      for (const name of ['ingest', 'deliver', 'schedule', 'api'] as const) each.invoked(minute, name, 1, 9);
    });
    expect(ringsOf(installation, HOUR)).toEqual([
      'ApiCrashes Tomorrow',
      'DeliverCrashes Wake',
      'IngestCrashes Wake',
      'ScheduleCrashes Wake',
    ]);
  });

  test('by a task of the schedule that fails minute after minute', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute >= 30) each.record(minute, (metrics) => metrics.count('ScheduleTasksFailed'));
    });
    expect(ringsOf(installation, HOUR)).toEqual(['ScheduleTaskFailing Wake']);
  });
});

describe('tomorrow is early enough', () => {
  test('for more than ten deliveries, and more than 1 %, that were given up', () => {
    const givenUp = (count: number) =>
      anHour((each, minute) => {
        each.ordinary(minute);
        if (minute !== 30) return;
        each.record(minute, (metrics) => {
          metrics.count('GivenUp', count);
          metrics.count('Attempts', count);
        });
      });
    expect(ringsOf(givenUp(10), HOUR)).toEqual([]);
    // At most 1 % of some 1,500 attempts in 15 minutes.
    expect(ringsOf(givenUp(15), HOUR)).toEqual([]);
    expect(ringsOf(givenUp(16), HOUR)).toEqual(['DeliveriesGivenUp Tomorrow']);
  });

  test('for events that a filter rejects, all of them', () => {
    const installation = anHour((each, minute) => {
      each.invoked(minute, 'schedule', 1);
      each.record(minute, (metrics) => {
        metrics.countFailed({ Stage: 'filter', Reason: 'filter' }, 10);
        metrics.count('Attempts', 10);
        metrics.count('GivenUp', 10);
      });
    });
    expect(ringsOf(installation, HOUR)).toEqual(['DeliveriesFailing Tomorrow', 'DeliveriesGivenUp Tomorrow']);
  });

  test('for what the log tells of once', () => {
    const installation = anHour((each, minute) => {
      each.ordinary(minute);
      if (minute !== 30) return;
      each.record(minute, (metrics) => {
        metrics.count('FeedGaps');
        metrics.count('EventsQuarantined');
        metrics.count('AuthorizationsDead');
        metrics.count('PublicationsDisabled');
        metrics.count('PublicationsDown');
        metrics.count('BreakersOpened');
        metrics.measure('AllocationUsed', 81);
      });
      each.queue(minute, 'DeliveriesDeadLetters', 'ApproximateNumberOfMessagesVisible', 1);
      each.queue(minute, 'OrderedDeadLetters', 'ApproximateNumberOfMessagesVisible', 1);
      each.queue(minute, 'PollsDeadLetters', 'ApproximateNumberOfMessagesVisible', 1);
    });
    expect(ringsOf(installation, HOUR)).toEqual([
      'AllocationLow Tomorrow',
      'AuthorizationDead Tomorrow',
      'DeliveryDeadLetters Tomorrow',
      'EventQuarantined Tomorrow',
      'FeedGap Tomorrow',
      'OrderedDeadLetters Tomorrow',
      'PollDeadLetters Tomorrow',
      'PublicationDisabled Tomorrow',
      'PublicationDown Tomorrow',
    ]);
  });

  test('for sessions of feeds that meet errors again and again, not for one bad moment', () => {
    const failing = (fails: (minute: number) => boolean) =>
      anHour((each, minute) => {
        each.ordinary(minute);
        if (fails(minute)) each.record(minute, (metrics) => metrics.count('FeedErrors', 5));
      });
    // Once more after its first alarm: two periods at most.
    expect(
      ringsOf(
        failing((minute) => minute >= 30 && minute < 34),
        HOUR,
      ),
    ).toEqual([]);
    expect(
      ringsOf(
        failing((minute) => minute % 5 === 0 && minute >= 30),
        HOUR,
      ),
    ).toEqual(['FeedErrors Tomorrow']);
  });

  test('until a cursor is two days old', () => {
    const aged = (hours: number) =>
      anHour((each, minute) => {
        each.ordinary(minute);
        each.record(minute, (metrics) => metrics.measure('CursorAge', hours * HOUR * MINUTE_MS));
      });
    expect(ringsOf(aged(23), HOUR)).toEqual([]);
    expect(ringsOf(aged(25), HOUR)).toEqual(['CursorOld Tomorrow']);
    expect(ringsOf(aged(49), HOUR)).toEqual(['CursorOld Tomorrow', 'CursorTooOld Wake']);
  });
});

test.each([
  ['100 * part / whole', { part: 1, whole: 4 }, 25],
  ['100 * part / whole', { whole: 4 }, undefined],
  ['100 * part / whole', { part: 1, whole: 0 }, undefined],
  ['IF(part >= 11, 100 * part / whole, 0)', { part: 10, whole: 20 }, 0],
  ['IF(part >= 11, 100 * part / whole, 0)', { part: 11, whole: 22 }, 50],
  ['IF(part > 11, 1, (2 + 3) * 2 - 1)', { part: 11 }, 9],
] as const)('metric math: %s with %j is %j', (expression, values, expected) => {
  expect(evaluateMath(expression, new Map(Object.entries(values)))).toBe(expected);
});
