import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ux } from '@oclif/core';
import * as v from 'valibot';
import { publishLoginOf, publishUrl as urlWithLogin } from '../../src/domain/apps/publish-url.ts';
import { Failure } from './failure.ts';

/** The file in which this computer keeps the publish and subscribe URLs that it saw: they are shown once. */
export interface CredentialsFile {
  readonly path: string;
  /**
   * Of the local run, whose port may be another at each start: what is kept is the user and the password, as the run does
   * for its demo app. Undefined for other installations: their URLs are kept whole.
   */
  readonly localOrigin: string | undefined;
}

/** By app name. */
const Credentials = v.record(
  v.string(),
  v.looseObject({
    publishUrl: v.optional(v.string()),
    user: v.optional(v.string()),
    password: v.optional(v.string()),
    subscribeUrl: v.optional(v.string()),
    subscribeUser: v.optional(v.string()),
    subscribePassword: v.optional(v.string()),
    /** What this computer signs with for each listener, by its name. */
    listenerSecrets: v.optional(v.record(v.string(), v.string())),
  }),
);

/** Which of an app's URLs. */
export type UrlUse = 'publish' | 'subscribe';

export function keptUrl(
  { path, localOrigin }: CredentialsFile,
  app: string,
  use: UrlUse,
): string | undefined {
  const entry = read(path)[app] ?? {};
  const { url, user, password } =
    use === 'publish'
      ? { url: entry.publishUrl, user: entry.user, password: entry.password }
      : { url: entry.subscribeUrl, user: entry.subscribeUser, password: entry.subscribePassword };
  if (localOrigin === undefined) return url;
  if (user === undefined || password === undefined) return undefined;
  return urlWithLogin(localOrigin, { user, password });
}

/** Keeps those of the URLs that are given; the others stay. */
export function keepUrls(
  { path, localOrigin }: CredentialsFile,
  app: string,
  urls: { readonly [U in UrlUse]?: string | undefined },
): void {
  const kept = read(path);
  const entry = { ...kept[app] };
  if (urls.publish !== undefined) {
    if (localOrigin === undefined) entry.publishUrl = urls.publish;
    else Object.assign(entry, publishLoginOf(urls.publish));
  }
  if (urls.subscribe !== undefined) {
    if (localOrigin === undefined) entry.subscribeUrl = urls.subscribe;
    else Object.assign(entry, subscribeLogin(urls.subscribe));
  }
  write(path, { ...kept, [app]: entry });
}

function subscribeLogin(url: string): { readonly subscribeUser: string; readonly subscribePassword: string } {
  const { user, password } = publishLoginOf(url);
  return { subscribeUser: user, subscribePassword: password };
}

export function keptListenerSecret(
  { path }: CredentialsFile,
  app: string,
  listener: string,
): string | undefined {
  const { listenerSecrets = {} } = read(path)[app] ?? {};
  return Object.hasOwn(listenerSecrets, listener) ? listenerSecrets[listener] : undefined;
}

/** Undefined: forgets it. */
export function keepListenerSecret(
  { path }: CredentialsFile,
  app: string,
  listener: string,
  secret: string | undefined,
): void {
  const kept = read(path);
  const { [listener]: former, ...others } = kept[app]?.listenerSecrets ?? {};
  if (former === secret) return;
  const listenerSecrets = secret === undefined ? others : { ...others, [listener]: secret };
  write(path, { ...kept, [app]: { ...kept[app], listenerSecrets } });
}

export function forgetUrls({ path }: CredentialsFile, app: string): void {
  const { [app]: forgotten, ...others } = read(path);
  if (forgotten !== undefined) write(path, others);
}

/** Forgets what is kept of these credentials, for whichever use they are. */
export function forgetUrlOf(file: CredentialsFile, app: string, user: string): void {
  const { [app]: entry, ...others } = read(file.path);
  if (entry === undefined) return;
  const isOf = (use: UrlUse) => {
    const url = keptUrl(file, app, use);
    return url !== undefined && new URL(url).username === user;
  };
  const {
    publishUrl,
    user: publisher,
    password,
    subscribeUrl,
    subscribeUser,
    subscribePassword,
    ...rest
  } = entry;
  const left = {
    ...rest,
    ...(isOf('publish') ? {} : { publishUrl, user: publisher, password }),
    ...(isOf('subscribe') ? {} : { subscribeUrl, subscribeUser, subscribePassword }),
  };
  const isEmpty = Object.values(left).every((value) => value === undefined);
  write(file.path, isEmpty ? others : { ...others, [app]: left });
}

function read(file: string): v.InferOutput<typeof Credentials> {
  let text: string;
  try {
    closeToOthers(file);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  try {
    return v.parse(Credentials, JSON.parse(text));
  } catch {
    throw new Failure(`${file} is not a credentials file: mend it, or move it away`);
  }
}

/** It was written for its owner only: somebody has copied it, or opened it. Windows has no such modes. */
function closeToOthers(file: string): void {
  const { mode } = statSync(file);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  chmodSync(file, mode & 0o700);
  ux.warn(`Other users could read ${file}: it is for you only now.`);
}

function write(file: string, credentials: object): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Renamed into place, so that a crash leaves the old file or the new one.
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
