import * as v from 'valibot';
import { type Reading, reading } from '../cli/lib/reading.ts';
import type { AppApi } from '../cli/lib/sluice-command.ts';
import { describeDuration } from '../src/base/duration.ts';
import type { Allocation } from '../src/management/authorizations/schema.ts';
import { DeliveryPage } from '../src/management/deliveries/schema.ts';
import { Publication } from '../src/management/publications/schema.ts';
import { QuarantineRecord } from '../src/management/quarantine/schema.ts';
import { Status } from '../src/management/status/schema.ts';
import { causesOf, causeWords } from './failure-causes.ts';
import { jsonOf } from './json-of.ts';
import { publicationWords } from './publication-words.ts';
import type { ToolResult } from './result-text.ts';
import { expectArguments, type Tool, type Workbench } from './tool.ts';
import { shownValue } from './withheld.ts';

const STATUS = reading(Status, 'feeds', 'authorizations', 'deliveries');
const PUBLICATIONS = v.array(reading(Publication));
const QUARANTINE = v.array(reading(QuarantineRecord));
const DELIVERIES = reading(DeliveryPage, 'deliveries');

type ShownStatus = Reading<typeof Status, 'feeds' | 'authorizations' | 'deliveries'>;
type ShownAllocation = Reading<typeof Allocation>;

/** At this level an org may run out within the day; `sluice doctor` uses the same limit. */
const USED_PERCENT_MAX = 80;
/** A third of Salesforce's retention time. */
const CURSOR_AGE_MAX_MS = 24 * 3_600_000;
const FORGOTTEN_AFTER_MS = 72 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
const QUARANTINE_KEPT_MS = 7 * DAY_MS;
/** The number of failed deliveries to group by cause. */
const FAILED_READ_MAX = 100;
/** At this level a backlog nears the limit at which the oldest events are dropped. */
const BACKLOG_PERCENT_MAX = 80;

/** One tool that answers "is anything wrong?", "what fails, and why?" and "what runs out?". */
export function whatNeedsAttention(workbench: Workbench): Tool {
  const tool = {
    name: 'what_needs_attention',
    description:
      'Is anything wrong with the app, what fails and why, and what runs out? Looks at authorizations, feeds, publications and their receivers, failed deliveries by cause, quarantine, generators, ' +
      'event allocations of the orgs with a forecast, cursors that Salesforce soon forgets, and backlogs, and says in words what a person has to do',
    effect: 'read',
    isAdmin: false,
    fields: {},
    required: [],
  } as const;
  return {
    ...tool,
    run: (given) => {
      expectArguments(tool, given);
      return attention(workbench.connect(), workbench.showsPayloads, Date.now());
    },
  };
}

async function attention(api: AppApi, showsPayloads: boolean, nowMs: number): Promise<ToolResult> {
  const [status, publications, quarantine, failed] = await Promise.all([
    api.get('/status', STATUS),
    api.get('/publications', PUBLICATIONS),
    api.get('/quarantine', QUARANTINE),
    api.get(`/deliveries?status=waiting,parked,rejected,exhausted&limit=${FAILED_READ_MAX}`, DELIVERIES),
  ]);
  const causes = causesOf(failed.deliveries);
  const words = [
    ...standing(status),
    ...causes.map(causeWords),
    ...(failed.next === undefined
      ? []
      : [
          `These are the causes of the ${failed.deliveries.length} newest deliveries that are not delivered; there are more.`,
        ]),
    ...generators(status),
    ...quarantined(quarantine, nowMs),
    ...deadLetters(status),
  ];
  const ends = [
    ...(status.allocations ?? []).flatMap(allocationWords),
    ...cursors(status),
    ...backlogs(status, publications),
  ];
  return {
    words: [
      ...(words.length === 0 ? ['Nothing is wrong: everything is active, and nothing failed.'] : words),
      ...(ends.length === 0
        ? ['Nothing is known that runs out: there is no org, and nothing waits to be pulled.']
        : ends),
    ].join('\n'),
    data: shownValue(
      jsonOf({
        deliveries: status.deliveries,
        failures_by_cause: causes,
        authorizations: status.authorizations.filter((each) => each.status !== 'active'),
        feeds: status.feeds.filter(({ state, gaps = [] }) => state !== 'active' || gaps.length > 0),
        publications: status.publications,
        generators: status.generators,
        allocations: status.allocations,
        pulled: status.pulled,
        quarantine: quarantine.slice(0, 20),
        ...(status.dead_letters !== undefined && { dead_letters: status.dead_letters }),
      }),
      showsPayloads,
    ),
  };
}

/** Feeds and publications that are stopped. */
function standing({ authorizations, feeds, publications = [] }: ShownStatus): string[] {
  return [
    ...authorizations
      .filter(({ status }) => status !== 'active')
      .map(({ alias, status, reason }) => {
        const what =
          status === 'failing' ? 'It may come back by itself.' : 'A person has to authorize it again.';
        return `Authorization ${alias} is ${status}${idOf(reason)}. ${what}`;
      }),
    ...feeds
      .filter(({ state }) => state === 'stopped' || state === 'waiting')
      .map(
        ({ id, state, reason }) => `Feed ${id} is ${state}${idOf(reason)}: it reads nothing at the moment.`,
      ),
    ...feeds
      .filter(({ gaps = [] }) => gaps.length > 0)
      .map(
        ({ id, gaps = [] }) => `Feed ${id} has ${gaps.length} possible gaps, the last at ${gaps.at(-1)?.at}.`,
      ),
    ...publications.map(publicationWords),
  ];
}

function idOf(reason: { readonly id?: string | undefined } | undefined): string {
  return reason?.id === undefined ? '' : ` (${reason.id})`;
}

function generators({ generators: failing = [] }: ShownStatus): string[] {
  return failing.map(
    ({ name }) => `The mapping of generator ${name} failed at its last run; the data says where.`,
  );
}

function quarantined(records: readonly Reading<typeof QuarantineRecord>[], nowMs: number): string[] {
  if (records.length === 0) return [];
  const oldestMs = Math.min(...records.map(({ at }) => Date.parse(at ?? '')).filter(Number.isFinite));
  const leftMs = oldestMs + QUARANTINE_KEPT_MS - nowMs;
  const until = Number.isFinite(leftMs)
    ? `; the oldest is forgotten in ${describeDuration(Math.max(0, leftMs))}`
    : '';
  return [
    `${records.length} events are in quarantine, because they could not be decoded${until} (list_quarantine).`,
  ];
}

function deadLetters({ dead_letters: counts }: ShownStatus): string[] {
  const sum = Object.values(counts ?? {}).reduce<number>(
    (total, count) => total + (typeof count === 'number' ? count : 0),
    0,
  );
  return sum === 0 ? [] : [`${sum} dead letters of all apps wait for an administrator (list_dead_letters).`];
}

/** Each limit of an org. If our own use matters, also when the limit runs out at the pace of our last day. */
function allocationWords({
  alias,
  limits = [],
  delivered_last_day,
  published_this_hour,
}: ShownAllocation): string[] {
  if (limits.length === 0) {
    const ours =
      delivered_last_day === undefined
        ? ''
        : `; our feeds received ${delivered_last_day} events in the last day`;
    return [`${alias}: its allocations have not been read yet, which happens every ten minutes${ours}.`];
  }
  // An org reports a limit that it does not have as 0 of 0.
  return limits
    .filter(({ max }) => max !== 0)
    .map(({ name = '', max, remaining = 0, used_percent = 0 }) => {
      const used = `${alias}: ${used_percent} % of ${name} is used, ${remaining} of ${max} remain`;
      const isNear = used_percent >= USED_PERCENT_MAX ? '. It runs out soon' : '';
      if (
        name === 'DailyDeliveredPlatformEvents' &&
        delivered_last_day !== undefined &&
        delivered_last_day > 0
      ) {
        const left = describeDuration(Math.max(0, Math.round((remaining / delivered_last_day) * DAY_MS)));
        return `${used}${isNear}; at the pace of our last day (${delivered_last_day} events), they would last ${left}, without what the org gives back over 24 hours.`;
      }
      const ours =
        name === 'HourlyPublishedPlatformEvents' && published_this_hour !== undefined
          ? `; we published ${published_this_hour} this hour`
          : '';
      return `${used}${isNear}${ours}.`;
    });
}

function cursors({ feeds }: ShownStatus): string[] {
  return feeds.flatMap(({ id, cursor_age_ms: ageMs }) =>
    ageMs === undefined || ageMs < CURSOR_AGE_MAX_MS
      ? []
      : [
          `The cursor of feed ${id} is ${describeDuration(ageMs)} old: Salesforce forgets its place in ${describeDuration(Math.max(0, FORGOTTEN_AFTER_MS - ageMs))}, and events may be missed then.`,
        ],
  );
}

function backlogs(
  { pulled = [] }: ShownStatus,
  publications: readonly Reading<typeof Publication>[],
): string[] {
  return pulled.flatMap(({ id, name, count = 0, oldest_at }) => {
    const params = jsonOf(publications.find((each) => each.id === id)?.params);
    const max =
      typeof params === 'object' && params !== null && 'max_count' in params
        ? Number(params['max_count'])
        : 0;
    if (count === 0) return [];
    const isNear = max > 0 && (count / max) * 100 >= BACKLOG_PERCENT_MAX;
    const end = isNear ? ' When it is full, the oldest ends for each that comes.' : '';
    const since = oldest_at === undefined ? '' : `, the oldest since ${oldest_at}`;
    return [
      `${count} deliveries wait to be pulled from ${name}${max > 0 ? `, which holds ${max}` : ''}${since}.${end}`,
    ];
  });
}
