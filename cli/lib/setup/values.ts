import { isDeepStrictEqual } from 'node:util';
import { parseDurationMs } from '../../../src/base/duration.ts';
import type { SettingRule } from './rules.ts';

/** Whether the setting has its default, which files leave out. */
export function isUsual({ usual }: Pick<SettingRule, 'usual'>, value: unknown): boolean {
  if (value === undefined || value === null || isSame(value, usual)) return true;
  return usual === undefined && value === false;
}

/** Whether both values are equal for the service, which may show another form than it received: `120s` for `2m`. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, at) => isSame(each, other[at]));
  }
  if (typeof one !== 'string' || typeof other !== 'string') return isDeepStrictEqual(one, other);
  return one === other || isSameDuration(one, other) || isSameUrl(one, other);
}

function isSameDuration(one: string, other: string): boolean {
  const ms = parseDurationMs(one);
  return ms !== undefined && ms === parseDurationMs(other);
}

function isSameUrl(one: string, other: string): boolean {
  if (!/^https?:/i.test(one) || !URL.canParse(one) || !URL.canParse(other)) return false;
  return withoutSlash(new URL(one).href) === withoutSlash(new URL(other).href);
}

/** The service shows a URL without a path with or without a slash at the end. */
function withoutSlash(href: string): string {
  return /^https?:\/\/[^/]+\/$/i.test(href) ? href.slice(0, -1) : href;
}
