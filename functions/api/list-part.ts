import * as v from 'valibot';
import { parseBase64Url } from '../../src/base/base64.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { quoted, wholeNumber } from '../../src/domain/fields.ts';
import { type Answered, answered } from './route.ts';

/** The pilot's lists are complete arrays. A caller that asks for a part gets a `Link` to the next one. */
export const LIST_PART_MAX = 1_000;

export const LIST_QUERY = v.strictObject({
  limit: v.optional(
    wholeNumber('limit', { max: LIST_PART_MAX, description: 'of the part; without it, all of the list' }),
  ),
  after: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (token) => keyOf(token) !== undefined,
        ({ input }) => `expected "after" as the Link of the part before has it, found ${quoted(input)}`,
      ),
      v.description('where the part begins, as the Link of the part before says'),
    ),
  ),
});

export type ListQuery = v.InferOutput<typeof LIST_QUERY>;

/**
 * The part of a list that the query requests.
 * @param items in ascending order of their keys, which are ASCII and distinct
 */
export function listPart<T>(
  items: readonly T[],
  key: (item: T) => string,
  query: ListQuery,
): Answered<readonly T[]> {
  const after = query.after === undefined ? undefined : keyOf(query.after);
  // Items after a deleted one still come after its key.
  const rest = after === undefined ? items : items.filter((item) => key(item) > after);
  const part = rest.slice(0, query.limit);
  const last = part.at(-1);
  if (last === undefined || part.length === rest.length) return answered(part);
  const next = new URLSearchParams({
    limit: String(query.limit),
    after: Buffer.from(key(last)).toString('base64url'),
  });
  return { ...answered(part), headers: { link: `<?${next}>; rel="next"` } };
}

function keyOf(token: string): string | undefined {
  const bytes = token === '' ? undefined : parseBase64Url(token);
  return bytes === undefined ? undefined : decodeUtf8(bytes);
}
