import * as v from 'valibot';
import { parseRfc3339 } from '../base/calendar.ts';
import { wholeNumberOf } from '../base/whole-number.ts';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../domain/deliveries/delivery.ts';
import { quoted } from '../domain/fields.ts';

const TEXT_LENGTH_MAX = 1_000;

const STATUS = `(${DELIVERY_STATUSES.join('|')})`;

/** The filter for deliveries; an absent field matches any. */
const COMMON = {
  publication: v.optional(v.pipe(v.string(), v.description('name or id'))),
  subscription: v.optional(
    v.pipe(v.string(), v.description('name or id; together with `publication`, it names a stream')),
  ),
  event_id: text('id of the CloudEvent'),
  event_type: text('type of the CloudEvent'),
  event_subject: text('subject of the CloudEvent'),
  from: time('from', 'stored first at this time or later'),
  until: time('until', 'stored first before this time'),
  error: text("part of the last attempt's error, of its id or its message; capital letters do not matter"),
};

/** The filter in a query, where every value is text. */
export const DELIVERY_FILTER_QUERY = {
  status: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (given) => given.split(',').every(isStatus),
        ({ input }) =>
          `expected "status" to be ${DELIVERY_STATUSES.join(', ')}, or several of them with commas, found ${quoted(input)}`,
      ),
      v.metadata({ pattern: `^${STATUS}(,${STATUS})*$`, description: 'only those; several with commas' }),
      v.transform((given) => given.split(',').filter(isStatus)),
    ),
  ),
  http_status: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (given) => /^[1-5]\d\d$/.test(given),
        ({ input }) => `expected "http_status" to be an HTTP status such as 503, found ${quoted(input)}`,
      ),
      v.metadata({ type: 'integer', minimum: 100, maximum: 599, description: 'of the last attempt' }),
      v.transform(wholeNumberOf),
    ),
  ),
  ...COMMON,
};

/** The filter in a body. */
export const DeliveryFilterBody = v.strictObject({
  status: v.optional(v.pipe(v.array(v.picklist(DELIVERY_STATUSES)), v.minLength(1))),
  http_status: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599), v.description('of the last attempt')),
  ),
  ...COMMON,
});
export type DeliveryFilterInput = v.InferOutput<typeof DeliveryFilterBody>;

function isStatus(text: string): text is DeliveryStatus {
  return DELIVERY_STATUSES.some((status) => status === text);
}

export function text(description: string) {
  return v.optional(
    v.pipe(v.string(), v.minLength(1), v.maxLength(TEXT_LENGTH_MAX), v.description(description)),
  );
}

export function time(name: string, description: string) {
  return v.optional(
    v.pipe(
      v.string(),
      v.check(
        (given) => parseRfc3339(given) !== undefined,
        ({ input }) => `expected "${name}" to be a time such as 2026-11-23T20:00:00Z, found ${quoted(input)}`,
      ),
      v.metadata({ format: 'date-time', description }),
    ),
  );
}
